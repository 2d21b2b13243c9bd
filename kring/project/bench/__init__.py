"""Benchmarks: a synthetic community in a database of its own, measured in CPU time."""
