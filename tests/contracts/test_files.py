"""Sizes that keep code readable, counted over every file people write."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDERS = ("kring", "tests", "scripts", ".ci")
ENDINGS = {".py", ".html", ".css", ".js", ".toml", ""}
NOT_OURS = ("/migrations/", "/data/", "/vendor/", ".min.", "/__pycache__/", "/locale/", "/sprite")
LATER = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")


def ours() -> list[Path]:
    return [
        path
        for folder in FOLDERS
        for path in sorted((ROOT / folder).rglob("*"))
        if path.is_file()
        and path.suffix in ENDINGS
        and not any(part in f"/{path.relative_to(ROOT)}" for part in NOT_OURS)
    ]


def functions() -> dict[str, int]:
    """Lines of each function, by place; a decorator is not part of one."""
    found = {}
    for path in ours():
        if path.suffix != ".py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = node.end_lineno - node.lineno + 1
                found[f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"] = lines
    return found


def over(sizes: dict, limit: int) -> dict:
    return {name: size for name, size in sizes.items() if size > limit}


def test_files_are_short():
    sizes = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in ours()}
    assert len(sizes) > 100
    assert over(sizes, 600) == {}
    longish = over(sizes, 400)
    assert len(longish) <= 0.05 * len(sizes), longish


def test_functions_are_short():
    sizes = functions()
    assert over(sizes, 80) == {}
    longish = over(sizes, 40)
    assert len(longish) <= 0.05 * len(sizes), longish


def test_nothing_is_left_for_later_in_a_comment():
    assert [str(path.relative_to(ROOT)) for path in ours() if LATER.search(path.read_text())] == []
