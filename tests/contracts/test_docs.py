"""Maps and promises in the docs, held against the code."""

import re
from pathlib import Path

import pytest

from kring.feed.features import GROUPS
from kring.feed.home import HOME
from kring.feed.policy import HEADS, default_policy

ROOT = Path(__file__).resolve().parents[2]
DOCS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("kring/**/*.md")])
ARCHITECTURE = (ROOT / "docs/architecture.md").read_text()


def test_the_map_names_every_folder_and_no_other():
    mapped = set(re.findall(r"^\| `kring/(\w+)`", ARCHITECTURE, re.MULTILINE))
    folders = {path.parent.name for path in ROOT.glob("kring/*/__init__.py")}
    assert mapped == folders


def test_the_layers_in_the_docs_are_those_that_are_checked():
    drawn = re.search(r"```\n(project\n.*?)\n```", ARCHITECTURE, re.DOTALL)[1].split("\n")
    config = (ROOT / "pyproject.toml").read_text()
    layers = re.search(r"^layers = \[(.*?)\]", config, re.DOTALL | re.MULTILINE)[1]
    assert drawn == re.findall(r'"([\w :|]+)"', layers)


@pytest.mark.parametrize("page", DOCS, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page):
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text())
    own = [link for link in links if "://" not in link and not link.startswith("mailto:")]
    assert [link for link in own if not (page.parent / link).exists()] == []


def test_every_decision_has_a_number_of_its_own_and_is_in_the_map():
    records = sorted((ROOT / "docs/decisions").glob("*.md"))
    numbers = [record.name[:4] for record in records]
    assert numbers == [f"{number:04}" for number in range(1, len(records) + 1)]
    assert [r.name for r in records if f"decisions/{r.name}" not in ARCHITECTURE] == []
    for record in records:
        assert record.read_text().startswith(f"# {record.name[:4]} ")
        assert len(record.read_text().splitlines()) <= 60, f"{record.name} is over a page"


def test_every_stage_stands_in_the_readme_of_the_feed():
    drawn = (ROOT / "kring/feed/README.md").read_text()
    stages = [*HOME.sources, *HOME.filters, *HOME.multipliers]
    assert [stage.name for stage in stages if stage.name not in drawn] == []


def test_the_page_about_the_feed_names_modules_groups_and_heads_that_exist():
    text = (ROOT / "docs/feed.md").read_text()
    for module in re.findall(r"`(\w+\.py)`", text):
        assert (ROOT / "kring/feed" / module).exists(), module
    assert len(GROUPS) == 6
    assert len(HEADS) == len(default_policy().value.bias)


def test_modules_named_in_docs_exist():
    for page in DOCS:
        for path in re.findall(r"`(kring/[\w/]+\.\w+)`", page.read_text()):
            assert (ROOT / path).exists(), f"{page.name} names {path}"
