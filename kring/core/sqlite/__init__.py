"""Django's SQLite, without rewriting the same text at every query."""
