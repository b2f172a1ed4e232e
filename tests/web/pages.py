"""Reading a page as a browser does, pressing its buttons, and checking what every page must have."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser

from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from clinic.domain.text import forbidden_word

_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_FIELDS = {"input", "select", "textarea"}
_RESOURCES = {"script": "src", "link": "href", "img": "src", "audio": "src", "video": "src", "source": "src"}
_POINTS = ("aria-labelledby", "aria-describedby", "for")
LONGEST_TITLE = 40


@dataclass(eq=False)
class Element:
    """A tag with its attributes, the elements that it stands in, and where its text is among all of the page."""

    tag: str
    attributes: dict[str, str]
    inside: tuple[Element, ...]
    said: list[str]
    begins: int
    ends: int | None = None

    @property
    def text(self) -> str:
        """All the text in it."""
        return "".join(self.said[self.begins : self.ends])

    def get(self, name: str) -> str:
        return self.attributes.get(name, "")

    def stands_in(self, other: Element) -> bool:
        return other in self.inside


class Page(HTMLParser):
    """A page as a list of its elements."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self._open: list[Element] = []
        self._said: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        element = Element(tag, attributes, tuple(self._open), self._said, len(self._said))
        if not any(each.tag == "template" for each in self._open):  # what a template holds is no part of the page yet
            self.elements.append(element)
        if tag in _VOID:
            element.ends = element.begins
        else:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        while any(each.tag == tag for each in self._open):
            closed = self._open.pop()
            closed.ends = len(self._said)
            if closed.tag == tag:
                return

    def handle_data(self, data: str) -> None:
        self._said.append(data)

    def all(self, *tags: str, inside: Element | None = None) -> list[Element]:
        """The elements with one of these tags, in order."""
        found = (each for each in self.elements if each.tag in tags)
        return [each for each in found if inside is None or each.stands_in(inside)]

    def text(self, tag: str) -> str:
        """The words of the first element with this tag, without double spaces."""
        return " ".join(self.all(tag)[0].text.split())

    def button(self, words: str) -> Element:
        """The button that says this."""
        return next(each for each in self.all("button") if words in each.text)

    def errors(self) -> list[str]:
        """The sentences of the summary on top."""
        summary = next((each for each in self.all("div") if each.get("class") == "errors"), None)
        return [" ".join(each.text.split()) for each in self.all("li", inside=summary)] if summary else []

    def errors_at(self, name: str) -> str:
        """The sentences that stand at a field."""
        shown = [each for each in self.elements if each.get("id") == f"f-{name}-error"]
        return " ".join(" ".join(each.text.split()) for each in shown)

    def values(self, form: Element) -> MultiDict[str, str]:
        """What a browser would send of a form that nobody touched."""
        sent: MultiDict[str, str] = MultiDict()
        for control in self.all(*_FIELDS, inside=form):
            for value in self._value(control):
                sent.add(control.get("name"), value)
        return sent

    def _value(self, control: Element) -> list[str]:
        if control.tag == "textarea":
            return [control.text]
        if control.tag == "select":
            options = self.all("option", inside=control)
            chosen = [each for each in options if "selected" in each.attributes]
            return [each.get("value") for each in chosen or options[:1]]
        if control.get("type") in {"checkbox", "radio"} and "checked" not in control.attributes:
            return []
        return [control.get("value")]


def read(answer: TestResponse) -> Page:
    """The page of an answer."""
    return Page(answer.get_data(as_text=True))


def form_of(answer: TestResponse, button: str) -> MultiDict[str, str]:
    """What the form with this button would send."""
    page = read(answer)
    return page.values(next(each for each in page.button(button).inside if each.tag == "form"))


def press(client: FlaskClient, answer: TestResponse, button: str, **typed: str | list[str] | None) -> TestResponse:
    """Type into the form with this button, and press it; a field typed as None is left out."""
    page = read(answer)
    pressed = page.button(button)
    form = next(each for each in pressed.inside if each.tag == "form")
    data = page.values(form)
    if pressed.get("name"):
        data.add(pressed.get("name"), pressed.get("value"))
    for name, value in typed.items():
        data.poplist(name)
        data.setlist(name, [] if value is None else [value] if isinstance(value, str) else value)
    to = pressed.get("formaction") or form.get("action") or answer.request.full_path
    return client.post(to, data=data)


def problems(html: str) -> list[str]:
    """What is wrong with a page, in words."""
    page = Page(html)
    checks = (_head, _ids, _labels, _nothing_inline, _own_resources, _words, _tokens)
    return [problem for check in checks for problem in check(page)]


def _head(page: Page) -> Iterator[str]:
    if page.all("html")[0].get("lang") not in {"fr", "en"}:
        yield "no language"
    if len(page.all("h1")) != 1:
        yield f"{len(page.all('h1'))} h1"
    titles = [each.text.strip() for each in page.all("title") if not each.stands_in(page.all("body")[0])]
    if len(titles) != 1 or not 0 < len(titles[0]) <= LONGEST_TITLE:
        yield f"titles: {titles}"
    for title in titles:
        if any(forbidden_word(title, language) for language in ("fr", "en")) or "mist" in title.casefold():
            yield f"the title says too much: {title}"


def _ids(page: Page) -> Iterator[str]:
    ids = Counter(each.get("id") for each in page.elements if each.get("id"))
    yield from (f"the id {each} stands twice" for each, count in ids.items() if count > 1)
    for element in page.elements:
        wanted = [each for name in _POINTS for each in element.get(name).split()]
        if element.tag == "a" and element.get("href").startswith("#"):
            wanted.append(element.get("href")[1:])
        yield from (f"{element.tag} points to {each}, which is not there" for each in wanted if each not in ids)


def _labels(page: Page) -> Iterator[str]:
    labelled = {each.get("for") for each in page.all("label") if each.text.strip()}
    for control in page.all(*_FIELDS):
        is_seen = control.get("type") != "hidden"
        if is_seen and control.get("id") not in labelled and not control.get("aria-label"):
            yield f"{control.tag} {control.get('name')} has no label"


def _nothing_inline(page: Page) -> Iterator[str]:
    for element in page.elements:
        if element.tag == "style" or (element.tag == "script" and "src" not in element.attributes):
            yield f"inline {element.tag}"
        for name, value in element.attributes.items():
            if name == "style" or name.startswith("on") or value.casefold().startswith("javascript:"):
                yield f"{element.tag} with {name}={value}"


def _own_resources(page: Page) -> Iterator[str]:
    for element in page.all(*_RESOURCES):
        address = element.get(_RESOURCES[element.tag])
        if not re.match("/(?!/)", address):
            yield f"{element.tag} from {address}"


def _words(page: Page) -> Iterator[str]:
    for element in page.all("a", "button", "h1", "h2", "h3", "th", "legend"):
        if not element.text.strip() and not element.get("aria-label"):
            yield f"{element.tag} without words"


def _tokens(page: Page) -> Iterator[str]:
    for form in page.all("form"):
        if form.get("method") == "post" and "csrf_token" not in page.values(form):
            yield f"the form to {form.get('action')} has no token"
