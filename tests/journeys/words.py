"""The words on the pages, through the catalogue, so that a better translation breaks no journey."""

from __future__ import annotations

import os
from gettext import NullTranslations
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

CATALOGUES = Path(__file__).resolve().parents[2] / "translations"


class Words:
    """`words("Book")` is what stands on the button in this language; `words.many` chooses by number."""

    def __init__(self, language: str) -> None:
        found: NullTranslations = NullTranslations()
        if language != "en":
            found = Translations.load(CATALOGUES, [language])
        self._catalogue = found

    def __call__(self, sentence: str, **facts: object) -> str:
        said = self._catalogue.gettext(sentence)
        return said % facts if facts else said

    def many(self, one: str, more: str, count: int) -> str:
        """The words for a number of things."""
        return self._catalogue.ngettext(one, more, count) % {"num": count}


def compile_catalogues() -> None:
    """Bring each `messages.mo` up to date, as installing does; another process never sees half of one."""
    for source in CATALOGUES.glob("*/LC_MESSAGES/messages.po"):
        compiled = source.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime:
            continue
        fresh = compiled.with_name(f"{os.getpid()}.{compiled.name}")
        with source.open("rb") as text, fresh.open("wb") as binary:
            write_mo(binary, read_po(text))
        fresh.replace(compiled)
