"""A copy of everything that somebody gave or made here, and of what is known of them.

parts.py     which table and which columns: one line a table, and why a table is left out
columns.py   how a column is told, in JSON and in its schema
made.py      what is no plain table: the feed's log, interests, signing in
streams.py   the same posts as ActivityStreams 2.0
package.py   the zip
requests.py  asked for by a member, made in the background, kept for a week
"""

from __future__ import annotations
