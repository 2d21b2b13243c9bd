"""The command line, one file a command."""

from __future__ import annotations

from kring.project.cli.main import main

__all__ = ["main"]
