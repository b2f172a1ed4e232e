"""The languages that people speak, as a form offers them."""

from __future__ import annotations

from collections.abc import Iterable

import pycountry
from flask_babel import gettext

from clinic.domain.appointments import USUAL_LANGUAGES
from clinic.web.shared.filters import language_name


def language_choices(without: Iterable[str] = ()) -> dict[str, list[tuple[str, str]]]:
    """The usual languages first, then all others that have a two-letter code, leaving out some."""
    left_out = frozenset(without)
    living = (each.alpha_3 for each in pycountry.languages if hasattr(each, "alpha_2") and each.type == "L")
    others = [code for code in living if code not in USUAL_LANGUAGES]
    usual = _named(code for code in USUAL_LANGUAGES if code not in left_out)
    rest = sorted(_named(code for code in others if code not in left_out), key=lambda each: each[1].casefold())
    return {
        "": [("", gettext("Choose…"))],
        **({gettext("Often spoken here"): usual} if usual else {}),
        gettext("Other languages"): rest,
    }


def _named(codes: Iterable[str]) -> list[tuple[str, str]]:
    return [(code, language_name(code)) for code in codes]
