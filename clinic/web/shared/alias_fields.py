"""How somebody is called, in any form: a proposed word or another one, and a warning when it looks like a name."""

from __future__ import annotations

from collections.abc import Sequence
from random import SystemRandom
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField
from wtforms.validators import ValidationError

from clinic.domain import aliases
from clinic.domain.beneficiaries import looks_like_a_name
from clinic.queries import beneficiaries
from clinic.web.shared.forms import CHOOSE, LineField, line
from clinic.web.shared.ground import db
from clinic.web.shared.identity import me
from clinic.web.shared.locale import language

ALIAS_AT_MOST = 40
_OTHER = _l("Another word, typed below")
_OTHER_OR_NONE = _l("Another word, typed below, or none")
_PRIVATE = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}


def proposed() -> list[str]:
    """A few words that the reader does not use yet; nothing of whoever will be called so is looked at."""
    with db.read() as tx:
        taken = beneficiaries.digests_of(tx, me().id)
    return aliases.suggestions(aliases.words(language()), taken, beneficiaries.alias_digest, SystemRandom())


class AliasFields:
    """Fields to mix into a form: `word` is one of those proposed, `alias` what is typed, which counts before it.

    A form that also takes somebody without a record says `needs_alias = False`. `offer_words(proposed())` before it is
    shown; the macro `alias_fields` shows it.
    """

    needs_alias = True
    asks_if_name = False

    word = RadioField(_l("What shall we call her?"), validate_choice=False, default="")
    alias = line(_l("Another word"), ALIAS_AT_MOST, is_required=False, render_kw=_PRIVATE)
    is_no_name = BooleanField(_l("It is not her name: keep it"))

    @property
    def called(self) -> str | None:
        """The word of a validated form; None where there may be none."""
        return self.alias.data or self.word.data or None

    def offer_words(self, words: Sequence[str]) -> None:
        """Offer these words, and before them the one that is chosen already."""
        chosen = [self.word.data] if self.word.data and self.word.data not in words else []
        kept = [each for each in [*chosen, *words] if aliases.is_proposed(each)]
        self.word.choices = [*((each, each) for each in kept), ("", _OTHER if self.needs_alias else _OTHER_OR_NONE)]

    def validate_word(self, field: RadioField) -> None:
        if field.data and not aliases.is_proposed(field.data):
            raise ValidationError(CHOOSE)

    def validate_alias(self, field: LineField) -> None:
        """A word that looks like a full name needs to be said not to be one."""
        if field.errors:
            return
        if self.needs_alias and not self.called:
            raise ValidationError(_l("Choose a word, or type one."))
        warn_of_name(self, field)


def warn_of_name(form: Any, field: LineField) -> None:
    """Validate that a word does not look like a full name, or was said not to be one: `form.is_no_name`."""
    if field.data and looks_like_a_name(field.data) and not form.is_no_name.data:
        form.asks_if_name = True
        raise ValidationError(
            _l("This looks like a name. Choose a word that is nobody’s name, or tick below that it is not hers.")
        )
