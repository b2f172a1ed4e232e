"""Words that are proposed to call somebody by, so that nobody types a real name by habit."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import cache
from importlib.resources import files
from random import Random

LANGUAGES = ("fr", "en")
SUGGESTED = 6


def suggestions(
    words: Sequence[str],
    taken: Collection[str],
    digest_of: Callable[[str], str],
    random: Random,
    *,
    most: int = SUGGESTED,
) -> list[str]:
    """Draw a few words whose digest is not taken yet, in alphabetical order.

    Nothing of her is handed in: from a word nobody can tell whom it was drawn for, nor when.
    """
    drawn: list[str] = []
    for word in random.sample(words, len(words)):
        if digest_of(word) not in taken:
            drawn.append(word)
        if len(drawn) == most:
            break
    return sorted(drawn)


@cache
def words(language: str) -> tuple[str, ...]:
    """The closed list of a language; of one that has none, the French one."""
    name = language if language in LANGUAGES else LANGUAGES[0]
    source = files("clinic.domain").joinpath("alias_words", f"{name}.txt").read_text(encoding="utf-8")
    lines = (line for line in source.splitlines() if not line.startswith("#"))
    return tuple(word for line in lines for word in line.split())


@cache
def is_proposed(word: str) -> bool:
    """Whether a word stands on one of the lists."""
    return any(word in words(language) for language in LANGUAGES)
