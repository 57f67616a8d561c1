"""The chapters of `gomap demo`, in order."""

from __future__ import annotations

CHAPTERS = {
    "bucket": "eight slots: tophash bytes, keys, elements",
    "lookup": "the path to a key, and to one that is not there",
    "growth": "the ninth key doubles the map",
    "evacuation": "old buckets move one or two with each write",
    "overflow": "a ninth key for a full bucket: chains",
    "delete": "emptyOne and emptyRest",
    "same-size": "packing chains of air",
    "order": "iteration starts at random and survives changes",
    "nil": "the map that reads as empty",
    "million": "a million keys at a glance",
}
"""The chapters' names and titles; `demo_chapters` has their scenes."""
