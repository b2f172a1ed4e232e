"""The languages that people speak, as a form offers them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import pycountry
from flask_babel import gettext

from clinic.domain.appointments import USUAL_LANGUAGES
from clinic.web.shared.filters import language_name
from clinic.web.shared.locale import language


def language_choices(without: Iterable[str] = ()) -> dict[str, list[tuple[str, str]]]:
    """The usual languages first, then all others that have a two-letter code, leaving out some."""
    left_out = frozenset(without)
    usual = [(code, language_name(code)) for code in USUAL_LANGUAGES if code not in left_out]
    return {
        "": [("", gettext("Choose…"))],
        **({gettext("Often spoken here"): usual} if usual else {}),
        gettext("Other languages"): [each for each in _others(language()) if each[0] not in left_out],
    }


@cache
def _others(_read_in: str) -> tuple[tuple[str, str], ...]:
    """All languages that are less usual here, by their names in the language that is read now: 180 on every form."""
    living = (each.alpha_3 for each in pycountry.languages if hasattr(each, "alpha_2") and each.type == "L")
    named = [(code, language_name(code)) for code in living if code not in USUAL_LANGUAGES]
    return tuple(sorted(named, key=lambda each: each[1].casefold()))
