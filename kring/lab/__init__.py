"""Experiments: the production ranker on recorded and invented communities, judged by others.

The lab has no database. It feeds events to the very code that production runs and asks it to
rank; nothing here is imported by what serves a page.
"""
