"""Templates speak through gettext, and hold no style, script or third party."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from tests.house import sources

SPOKEN = {"alt", "aria-description", "aria-label", "aria-roledescription", "content", "label", "placeholder", "title"}
TECHNICAL_META = {"viewport", "color-scheme", "robots", "referrer", "format-detection"}
# A block of class names is no text for people.
JINJA = re.compile(
    r"{#.*?#}|{%-?\s*block body_class\b.*?endblock\s*-?%}|{%-?\s*trans\b.*?{%-?\s*endtrans\s*-?%}|{{.*?}}|{%.*?%}",
    re.DOTALL,
)
THIRD_PARTY = re.compile(r"(https?:)?//")


def test_templates_hold_no_text_outside_gettext_and_nothing_inline() -> None:
    wrong = [
        f"{sources.name(path)}:{breach}"
        for path in sources.templates()
        for breach in _breaches(path.read_text(encoding="utf-8"))
    ]

    assert sources.templates()
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("wrong", [
    "<p>Hello</p>", "<p>{{ name }} is here</p>", "{% if a %}Hello{% endif %}", '<img alt="A door">',
    '<nav aria-label="{{ _("Days") }} of">', '<input placeholder="Name">', '<meta name="description" content="Words">',
    '<p style="color: red">', "<style>p {}</style>", "<script>go()</script>",
    '<a onclick="go()">', '<a href="javascript:go()">', '<img src="//example.org/x.png">',
    '<script src="https://example.org/x.js"></script>',
])  # fmt: skip
def test_a_template_that_breaks_the_rule_is_noticed(wrong: str) -> None:
    assert _breaches(wrong)


@pytest.mark.parametrize("right", [
    "<p>{{ _('Hello') }}</p>", "{% trans %}Hello{% endtrans %}", "<p>{{ a }} · {{ b }}</p>", "{# Why so #}",
    '<a class="button{% if a %} on{% endif %}" href="/">{{ name }}</a>', '<script src="/static/app.js" defer></script>',
    '<meta name="viewport" content="width=device-width">', '<nav aria-label="{{ _("Days") }}"></nav>',
])  # fmt: skip
def test_a_template_that_keeps_the_rule_passes(right: str) -> None:
    assert not _breaches(right)


def _breaches(source: str) -> list[str]:
    parser = _Parser()
    parser.feed(JINJA.sub(lambda match: "\n" * match[0].count("\n"), source))
    parser.close()
    return parser.breaches


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.breaches: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {key: value or "" for key, value in attrs}
        if tag == "style" or "style" in values:
            self._note("an inline style")
        if (tag == "script" and "src" not in values) or any(key.startswith("on") for key in values):
            self._note("an inline script")
        loaded = values.get("src", "") + (values.get("href", "") if tag in {"link", "use"} else "")
        if THIRD_PARTY.match(loaded) or any(value.lower().startswith("javascript:") for value in values.values()):
            self._note("an address that the page may not load")
        is_technical = tag == "meta" and values.get("name") in TECHNICAL_META
        for key in SPOKEN & values.keys():
            if not is_technical:
                self._speak(values[key])

    def handle_data(self, data: str) -> None:
        self._speak(data)

    def _speak(self, text: str) -> None:
        if re.search(r"[^\W\d_]", text):
            self._note(f"text outside gettext: {text.strip()!r}")

    def _note(self, breach: str) -> None:
        self.breaches.append(f"{self.getpos()[0]}: {breach}")
