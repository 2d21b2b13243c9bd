"""Where the time goes, as a picture: stacks sampled by CPU time, drawn as a flame graph in SVG."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path
from types import FrameType
from zlib import crc32

EVERY_SECONDS = 0.001
WIDTH, HEIGHT, LEFT_OUT = 1200, 15, 0.004
Stack = tuple[str, ...]
# Quiet, and light enough for black letters.
COLOURS = ("#e9c46a", "#f4a261", "#e9b384", "#d9c5a0", "#c9d6a3", "#a8cbb7")


class Sampler:
    """Counts the stacks of the main thread, at even steps of CPU time (the kernel's ticks)."""

    def __init__(self) -> None:
        self.stacks: Counter[Stack] = Counter()

    @contextmanager
    def running(self) -> Iterator[None]:
        before = signal.signal(signal.SIGPROF, self._sample)
        signal.setitimer(signal.ITIMER_PROF, EVERY_SECONDS, EVERY_SECONDS)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.signal(signal.SIGPROF, before)

    def _sample(self, number: int, frame: FrameType | None) -> None:
        stack: list[str] = []
        while frame is not None:
            stack.append(_name(frame))
            frame = frame.f_back
        self.stacks[tuple(reversed(stack))] += 1


def _name(frame: FrameType) -> str:
    module = str(frame.f_globals.get("__name__", "?"))
    return f"{module}.{frame.f_code.co_qualname}"


def svg(stacks: Counter[Stack], *, title: str, root: str) -> str:
    """A flame graph: width is time, below is the caller. Frames under 0.4 % are left out.

    root: what is below the first frame whose name ends so is cut away
    """
    cut = Counter[Stack]()
    for stack, count in stacks.items():
        at = next((place for place, name in enumerate(stack) if name.endswith(root)), 0)
        cut[stack[at:]] += count
    total = max(sum(cut.values()), 1)
    boxes = list(_boxes(sorted(cut.items()), 0, 0.0, total))
    deepest = max((depth for depth, *_ in boxes), default=0)
    height = (deepest + 3) * HEIGHT
    drawn = [_box(box, height) for box in boxes]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        'font-family="monospace" font-size="10">'
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>'
        f'<text x="4" y="12">{escape(title)}, {total} samples of CPU time</text>'
        f"{''.join(drawn)}</svg>\n"
    )


def _boxes(
    stacks: list[tuple[Stack, int]], depth: int, at: float, total: int
) -> Iterator[tuple[int, float, float, str]]:
    """(depth, left, width, name), lengths as shares of the whole."""
    below: dict[str, list[tuple[Stack, int]]] = {}
    for stack, count in stacks:
        if len(stack) > depth:
            below.setdefault(stack[depth], []).append((stack, count))
    for name, inside in below.items():
        share = sum(count for _, count in inside) / total
        if share >= LEFT_OUT:
            yield depth, at, share, name
            yield from _boxes(inside, depth + 1, at, total)
        at += share


def _box(box: tuple[int, float, float, str], height: int) -> str:
    depth, left, share, name = box
    x, width, y = left * WIDTH, share * WIDTH, height - (depth + 1) * HEIGHT
    short = name.removeprefix("kring.")
    letters = int(width / 6.2)
    text = short if len(short) <= letters else short[-letters:] if letters >= 3 else ""
    colour = COLOURS[crc32(name.split(".")[0].encode()) % len(COLOURS)]
    label = f'<text x="{x + 2:.0f}" y="{y + 11}">{escape(text)}</text>' if text else ""
    return (
        f'<g><title>{escape(name)} {share:.1%}</title><rect x="{x:.1f}" y="{y}" '
        f'width="{max(width - 0.5, 0.5):.1f}" height="{HEIGHT - 1}" fill="{colour}"/>{label}</g>'
    )


def write(path: Path, stacks: Counter[Stack], *, title: str, root: str) -> None:
    path.write_text(svg(stacks, title=title, root=root), encoding="utf-8")
