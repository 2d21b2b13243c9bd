import time
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kring.core.html import TAGS, Document, clean_text, is_blank, plain_text, render_markdown

LINKS = {"@ada": "/@ada", "#zorg": "/topics/zorg"}


class Reader(HTMLParser):
    """What a browser would make of it: every tag with its attributes, and the text."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.tags, self.text = [], ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data

    def handle_comment(self, data):
        raise AssertionError(f"a comment came through: {data}")

    handle_decl = handle_pi = unknown_decl = handle_comment

    @property
    def hrefs(self):
        return [attrs["href"] for tag, attrs in self.tags if tag == "a" and "href" in attrs]


def assert_harmless(html):
    for tag, attrs in Reader(html).tags:
        assert tag in TAGS
        assert set(attrs) <= ({"href", "rel"} if tag == "a" else set())
        if "href" in attrs:
            href = attrs["href"]
            internal = href in LINKS.values()
            assert internal or urlsplit(href).scheme.lower() in ("http", "https", "mailto")
            assert "nofollow" in attrs["rel"]


PIECES = st.sampled_from(
    (
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)">',
        "<a href='javascript:alert(1)'>x</a>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](&#106;avascript:alert(1))",
        "[x](//evil.example)",
        "[x](/logout)",
        "<javascript:alert(1)>",
        "![x](https://evil.example/pixel.gif)",
        "[a](https://a.example 'onclick=\"x\"')",
        '"><svg onload=alert(1)>',
        "[](https://a.example)",
        "[[a](https://evil.example)](https://good.example)",
        "[a]: javascript:alert(1)\n\n[a]\n",
        "<!-- c -->",
        "<![CDATA[x]]>",
        "<?php ?>",
        "```html\n<b>@ada</b>\n```\n",
        "`@ada <b>`",
        "@ada",
        "#zorg",
        "**",
        "_",
        "> ",
        "- ",
        "1. ",
        "# ",
        "\n",
        "\n\n",
        "    ",
        "&lt;script&gt;",
        "&#0;",
        "\x00",
        "\ud800",
        "\u202e",
        "\u200b",
        "https://a.example/?q=<script>",
        "https://paypal.example@evil.example/",
        "mailto:a@b.example?body=<x>",
        "\\<",
        "](",
        "[",
    )
)
HOSTILE = st.lists(st.one_of(PIECES, st.text(max_size=12)), max_size=14).map("".join)


@given(HOSTILE)
@settings(max_examples=400)
def test_no_text_gets_anything_through_but_the_short_list(text):
    assert_harmless(Document(clean_text(text)).render(LINKS))
    assert_harmless(render_markdown(text))


@given(st.text())
def test_cleaning_twice_is_cleaning_once_and_leaves_nothing_a_database_refuses(text):
    clean = clean_text(text)
    assert clean_text(clean) == clean
    assert "\x00" not in clean
    clean.encode()


@pytest.mark.parametrize(
    "text",
    [
        "[x](javascript:alert(1))",
        "[x](data:text/html,hi)",
        "[x](vbscript:x)",
        "[x](file:///etc/passwd)",
        "[x](/logout)",
        "[x](//evil.example)",
        "[x](https:evil.example)",
        "<javascript:alert(1)>",
        "[x](\x01javascript:alert(1))",
        "javascript:alert(1)",
        "evil.example",
        "ada@evil.example",
    ],
)
def test_only_written_out_web_and_mail_addresses_become_links(text):
    assert Reader(render_markdown(text)).hrefs == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[my bank](https://evil.example/)", "my bank"),
        ("[evil.example](https://evil.example/)", "evil.example"),
        ("[www.evil.example/login](https://evil.example/)", "www.evil.example/login"),
        ("https://good.example/file.pdf", "https://good.example/file.pdf"),
        ("[bank.example](https://evil.example/)", "bank.example (evil.example)"),
        ("[https://bank.example](https://evil.example)", "https://bank.example (evil.example)"),
        ("[**bank**.example](https://evil.example)", "bank.example (evil.example)"),
        ("[`bank.example`](https://evil.example)", "bank.example (evil.example)"),
        (
            "[ｂａｎｋ．ｅｘａｍｐｌｅ](https://evil.example)",
            "ｂａｎｋ．ｅｘａｍｐｌｅ (evil.example)",
        ),
        ("[bank\u200b.example](https://evil.example)", "bank\u200b.example (evil.example)"),
        ("[bank .example](https://evil.example)", "bank .example (evil.example)"),
        ("[bank . example](https://evil.example)", "bank . example (evil.example)"),
        ("[My bank. See there](https://evil.example)", "My bank. See there"),
        ("[b\u0430nk.example](https://bank.example)", "b\u0430nk.example (bank.example)"),
        ("https://bank.example@evil.example/", "https://bank.example@evil.example/ (evil.example)"),
        ("[info@bank.example](mailto:x@evil.example)", "info@bank.example (x@evil.example)"),
    ],
)
def test_a_link_that_names_another_place_than_its_target_says_the_target(text, shown):
    assert Reader(render_markdown(text)).text.strip() == shown


def test_a_name_in_another_alphabet_is_shown_as_it_is_resolved():
    html = render_markdown("https://\u0430pple.example/")
    assert "(xn--pple-43d.example)" in html


@pytest.mark.parametrize(
    ("text", "people", "topics"),
    [
        ("Hi @ada, see #zorg.", ["ada"], ["zorg"]),
        ("(@ada) **@ada** > @bob_2!", ["ada", "bob_2"], []),
        ("mail ada@evil.example and @ada@evil.example", [], []),
        ("`@ada` and [@ada](https://a.example) and https://a.example/@ada#zorg", [], []),
        ("So:\n\n    @ada in code", [], []),
        ("```\n@ada\n```", [], []),
        ("#één-ding #Zorg #zorg ##two a#b #1", [], ["één-ding", "Zorg", "zorg", "1"]),
        ("#zorg\n# not a topic\n- #lijst", [], ["zorg", "lijst"]),
        ("@a-", ["a"], []),
    ],
)
def test_signed_words_are_found_outside_code_and_links(text, people, topics):
    document = Document(clean_text(text))
    assert (document.words("@"), document.words("#")) == (people, topics)


def test_known_words_become_links_and_others_stay_text():
    html = Document("Hi *@ada* and @eve on <b> #zorg, `@ada`").render(LINKS)
    assert Reader(html).hrefs == ["/@ada", "/topics/zorg"]
    assert Reader(html).text.strip() == "Hi @ada and @eve on <b> #zorg, @ada"


def test_a_text_of_nothing_but_words_does_not_swell():
    html = Document("#zorg " * 1_500).render(LINKS)
    assert len(Reader(html).hrefs) == 100
    assert Reader(html).text.count("#zorg") == 1_500


def test_headings_stay_below_those_of_the_page():
    assert {tag for tag, _ in Reader(render_markdown("# a\n\n###### b")).tags} == {"h3"}


@pytest.mark.parametrize(
    "text", ["", " \n\t", "\u200b\u200d", "\u2800", "\u3164", "\ufe0f", "\u0301", "\u00ad", "\x00"]
)
def test_a_text_that_shows_nothing_is_blank(text):
    assert is_blank(text)
    assert is_blank(clean_text(text))


@pytest.mark.parametrize("text", ["a", "👍", "👩\u200d👩\u200d👧", ".", "ا"])
def test_a_text_that_shows_something_is_not_blank(text):
    assert not is_blank(text)


def test_plain_text_is_one_line_of_what_is_read():
    html = render_markdown("A **b** & <c>\n\n- d")
    assert plain_text(html) == "A b & <c> d"


ORDINARY = "Een gewone zin met *nadruk*, [een link](https://a.example/) en @ada over #zorg.\n\n"
SLOW = {
    "brackets": "[",
    "open links": "[a](",
    "nested links": "[](http://a",
    "images": "![",
    "quotes": "> ",
    "tight quotes": ">",
    "quoted lists": "> - ",
    "stars": "*a **b ",
    "mixed emphasis": "*_",
    "ticks": "`a``",
    "angles": "<http:",
    "references": "[a]: b\n",
    "reference uses": "[a][",
    "entities": "&#x41;",
    "addresses": "http://a.b",
    "mail addresses": "mailto:a@b.c ",
    "parentheses": "http://a.example/(",
    "list items": "1. a\n",
    "signs": "@_-",
    "topics": "#a#a",
    "dots in links": "[" + "a." * 300 + "](http://x.example)",
    "lines": "a\n",
    "marks": "a\u0301\u0316",
}


def cost(text):
    begun = time.process_time()
    document = Document(clean_text(text[:10_000]))
    document.words("@")
    document.render(LINKS)
    return time.process_time() - begun


@pytest.mark.parametrize("piece", SLOW.values(), ids=SLOW.keys())
def test_hostile_text_costs_no_more_than_a_bounded_multiple_of_ordinary_text(piece):
    ordinary = min(cost(ORDINARY * 200) for _ in range(2))
    hostile = cost(piece * 10_000)
    if hostile > 60 * ordinary:  # a second look: one measurement may be a pause of the machine
        hostile = cost(piece * 10_000)
    assert hostile < 60 * ordinary


def test_plain_text_says_what_the_page_shows():
    html = render_markdown("Born 1902&nbsp;– died & *gone* <b>\"so\"</b> 'it' ©")
    assert plain_text(html) == "Born 1902 – died & gone <b>\"so\"</b> 'it' ©"
