"""Reading a page as a person without JavaScript does: its links, forms, buttons and words."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}


@dataclass
class Button:
    label: str
    name: str
    value: str
    action: str


@dataclass
class Form:
    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[Button] = field(default_factory=list)

    def button(self, label: str) -> Button:
        """The one whose words begin with `label`."""
        found = [button for button in self.buttons if button.label.startswith(label)]
        assert found, (label, [button.label for button in self.buttons])
        return found[0]


class Page(HTMLParser):
    """`addresses`: everything the page points at, whether followed, sent to or loaded."""

    def __init__(self, response) -> None:
        super().__init__(convert_charrefs=True)
        self.status = response.status_code
        self.html = response.content.decode()
        self.lang, self.words, self.errors = "", "", []
        self.ids: list[str] = []
        self.links: dict[str, str] = {}
        self.addresses: set[str] = set()
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._named: dict[str, Form] = {}
        self._apart: dict[tuple[str, str], Form] = {}
        self._text: list[tuple[str, list[str], object]] = []
        self._open: list[str] = []
        self._cards: list[str] = []
        self.feed(self.html)
        self.close()
        assert self.errors == [], self.errors
        assert self._open == [], self._open
        self.words = " ".join(self.words.split())

    def form(self, action: str) -> Form:
        """The form that is sent to this address, by itself or with one of its buttons."""
        for form in self.forms:
            if form.action == action or any(button.action == action for button in form.buttons):
                return form
        raise AssertionError((action, [form.action for form in self.forms]))

    def card(self, post_id: int) -> bool:
        """Whether this post, comment or repost stands on the page."""
        return f"card-{post_id}" in self.ids

    def handle_starttag(self, tag, attrs):
        values = {name: value or "" for name, value in attrs}
        if tag not in VOID:
            self._open.append(tag)
            self._cards.append(values.get("data-card", self._cards[-1] if self._cards else ""))
        if len(values) != len(attrs):
            self.errors.append(f"an attribute twice on {tag} {attrs}")
        if "id" in values:
            if values["id"] in self.ids:
                self.errors.append(f"id twice: {values['id']}")
            self.ids.append(values["id"])
        if any(name.startswith("on") for name in values) or "style" in values:
            self.errors.append(f"what the policy of scripts and styles forbids: {tag} {attrs}")
        if tag == "html":
            self.lang = values.get("lang", "")
        for name in ("href", "src", "action", "formaction", "hx-get", "hx-post"):
            if name in values:
                self.addresses.add(values[name])
        self._start_form_part(tag, values)
        if tag in ("a", "button", "textarea", "option"):
            self._text.append((tag, [], {**values, "card": self._cards[-1]}))

    def _start_form_part(self, tag, values):
        if tag == "form":
            self._form = Form(values.get("action", ""), values.get("method", "get").lower())
            self.forms.append(self._form)
            self._named[values.get("id", "")] = self._form
        elif tag == "input" and self._form is not None and "name" in values:
            chosen = values.get("type") not in ("radio", "checkbox") or "checked" in values
            if chosen:
                self._form.fields[values["name"]] = values.get("value", "")
        elif tag == "select" and self._form is not None:
            self._select = values["name"]

    def handle_data(self, data):
        if self._open and self._open[-1] not in ("script", "style"):
            self.words += f" {data}"
        for _tag, pieces, _values in self._text:
            pieces.append(data)

    def handle_endtag(self, tag):
        if not self._open or self._open.pop() != tag:
            self.errors.append(f"</{tag}> closes nothing at {self.getpos()}")
        self._cards = self._cards[: len(self._open)]
        if tag == "form":
            self._form = None
        if self._text and self._text[-1][0] == tag:
            _tag, pieces, values = self._text.pop()
            self._end(tag, "".join(pieces), values)

    def _end(self, tag, text, values):
        label = " ".join(text.split())
        if tag == "a":
            self.links.setdefault(label, values.get("href", ""))
        elif "form" in values:
            self._press_for(values["form"], values["card"]).buttons.append(
                Button(label, values.get("name", ""), values.get("value", ""), values["formaction"])
            )
        elif self._form is None:
            return
        elif tag == "textarea":
            # The first line break in a text area is markup.
            self._form.fields[values["name"]] = text.removeprefix("\n")
        elif tag == "option":
            if "selected" in values or self._select not in self._form.fields:
                self._form.fields[self._select] = values.get("value", "")
        else:
            action = values.get("formaction") or self._form.action
            self._form.buttons.append(
                Button(label, values.get("name", ""), values.get("value", ""), action)
            )

    def _press_for(self, name: str, card: str) -> Form:
        """A form that stands elsewhere on the page, with this card's buttons for it alone.

        Without fields where the page, being a part of one, does not hold it.
        """
        if (name, card) not in self._apart:
            there = self._named.get(name, Form("", "post"))
            self._apart[name, card] = Form(there.action, there.method, there.fields)
            self.forms.append(self._apart[name, card])
        return self._apart[name, card]


def look(client, path: str, status: int = 200) -> Page:
    """The page at this address."""
    response = client.get(path)
    assert response.status_code == status, (path, response.status_code)
    return Page(response)


def press(client, form: Form, label: str, **fields: str):
    """Send this form with a button, as a browser would, and follow where it leads."""
    button = form.button(label)
    sent = {**form.fields, **fields}
    if button.name:
        sent[button.name] = button.value
    return client.post(button.action, sent, follow=True)
