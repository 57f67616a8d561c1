"""Traces of the classic Go map, and what replays them.

``FORMAT.md`` says what the traces hold.  ``traces`` reads them, ``canon`` turns
values and snapshots into the bytes that the digests are taken over, ``compare``
holds a snapshot against a recorded one, and ``replay`` runs a trace.
"""
