"""The people helped: who follows each of them, who said "never with", and when a word looks like a name."""

from __future__ import annotations

import re
from enum import StrEnum

LANGUAGES_AT_MOST = 6
_NAME_PARTS = 2
_PART = re.compile(r"[^\W\d_]{2,}")


class Side(StrEnum):
    """Who said that two people shall not meet: she who is helped, or the one who works here. No reason is kept."""

    HERS = "hers"
    THEIRS = "theirs"


def looks_like_a_name(alias: str) -> bool:
    """Whether a word agreed with somebody looks like her full name: two parts or more, each begun as names are.

    Scripts without capital letters are judged by the number of parts alone.
    """
    parts = [part for part in re.split(r"[\s'’.-]+", alias) if _PART.fullmatch(part)]
    begun = [part for part in parts if part[0].isupper() or not part[0].islower()]
    return len(begun) >= _NAME_PARTS
