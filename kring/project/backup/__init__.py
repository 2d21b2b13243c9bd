"""Backups: one file that holds the database and the pictures, and the way back from it."""
