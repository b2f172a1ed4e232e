"""The catalogues hold every sentence of the sources, translated, in good French typography."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from tests.house import sources

CATALOGUES = sorted((sources.ROOT / "translations").glob("*/LC_MESSAGES/messages.po"))
NO_BREAK = "\u00a0\u202f"
BAD_FRENCH = re.compile(rf"[ ]([?!:;»]|%(?!\())|[^\W\d_][?!;»]|«[^{NO_BREAK}]")


def test_french_is_among_the_catalogues() -> None:
    assert sources.ROOT / "translations/fr/LC_MESSAGES/messages.po" in CATALOGUES


def test_the_catalogues_are_fresh(tmp_path: Path) -> None:
    fresh = tmp_path / "translations"
    shutil.copytree(sources.ROOT / "translations", fresh)

    command = ["bash", str(sources.ROOT / ".ci/messages"), str(fresh)]
    subprocess.run(command, check=True, env={**os.environ, "PYTHON": sys.executable})

    for path in CATALOGUES:
        renewed = fresh / path.relative_to(sources.ROOT / "translations")
        assert _texts(_read(path)) == _texts(_read(renewed)), (
            f"{sources.name(path)}: run `make messages`, then translate"
        )


@pytest.mark.parametrize("path", CATALOGUES, ids=sources.name)
def test_the_catalogue_is_complete(path: Path) -> None:
    catalogue = _read(path)

    assert [message.id for message in catalogue if message.id and _is_unfinished(message)] == []
    assert [(message.id, errors) for message, errors in catalogue.check()] == []


@pytest.mark.parametrize("path", [path for path in CATALOGUES if "/fr/" in path.as_posix()], ids=sources.name)
def test_french_marks_stand_after_a_no_break_space(path: Path) -> None:
    assert [
        text for message in _read(path) if message.id for text in _strings(message) if BAD_FRENCH.search(text)
    ] == []


@pytest.mark.parametrize("wrong", ["Qui ?", "Qui?", "« oui\u00a0»", "Attention :", "«\u00a0oui »", "50 %"])
def test_bad_french_typography_is_noticed(wrong: str) -> None:
    assert BAD_FRENCH.search(wrong)


@pytest.mark.parametrize(
    "right", ["Qui\u202f?", "«\u00a0oui\u00a0»", "Le vendredi\u00a0: 09:30", "le %(day)s", "50\u00a0%"]
)
def test_good_french_typography_passes(right: str) -> None:
    assert not BAD_FRENCH.search(right)


def test_an_unfinished_message_is_noticed() -> None:
    assert _is_unfinished(Message("Yes", ""))
    assert _is_unfinished(Message("Yes", "Oui", flags=["fuzzy"]))
    assert _is_unfinished(Message(("a day", "days"), ("un jour", "")))
    assert not _is_unfinished(Message("Yes", "Oui"))


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


def _texts(catalogue: Catalog) -> dict[tuple[object, object], object]:
    return {(message.context, message.id): message.string for message in catalogue if message.id}


def _is_unfinished(message: Message) -> bool:
    return message.fuzzy or not all(_strings(message))


def _strings(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or [""])
