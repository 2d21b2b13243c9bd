"""Erasing somebody: asked for, hidden at once, undone within two weeks, and then for good.

requests.py    asking, changing one's mind, and who is due
wipe.py        everything of one person goes, in one transaction
words.py       posts under which others talk, and mentions in the words of others
ledger.py      the append-only file that survives an older backup, and replaying it
"""

from __future__ import annotations
