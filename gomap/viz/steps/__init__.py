"""The explorer: recorded states of the real engine, stepped through.

`script` checks operations, `recorder` runs them on a map and notes a frame for each thing
that happens, `sentences` says why it did, `frames` makes it data for the page in `static/`,
which `live` shows as a widget and `exported` as a file.  `widget` has what users call.
"""
