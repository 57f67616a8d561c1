"""Helpers of the tests: hostile keys, models of the map, tables of types."""
