"""Forms of the queue: who is here, a step from one state to another, whom to ring up and what she said."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Self

from flask import abort
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, SelectField, ValidationError

from clinic.domain.appointments import Topic, is_language
from clinic.domain.queue import NOT_KNOWN, VisitState
from clinic.services.queue import Arrival
from clinic.web.shared.alias_fields import AliasFields
from clinic.web.shared.filters import language_name
from clinic.web.shared.forms import KeyedForm, StrictForm
from clinic.web.shared.labels import choices
from clinic.web.shared.spoken import language_choices

_VERSION = re.compile("[0-9]{1,9}")
CHOOSE_LANGUAGE = _l("Choose a language.")


class Act(StrEnum):
    """What a button of the queue does besides the steps from one state to another."""

    FIRST = "first"
    IN_ORDER = "in_order"
    OFF = "off"


class ArrivalForm(AliasFields, KeyedForm):
    """Who is here: nothing of it but the language is needed, and that may be "not known yet"."""

    needs_alias = False
    language = RadioField(_l("Language"), validate_choice=False)
    another = SelectField(_l("Another language"), validate_choice=False)
    topic = RadioField(
        _l("What is it about?"),
        choices=lambda: [("", _l("not said")), *choices(Topic)],
        default="",
        validate_choice=True,
    )

    @classmethod
    def of(cls, languages: Sequence[str]) -> Self:
        """Make the form with the languages to offer first."""
        form = cls()
        form.language.choices = [(code, language_name(code)) for code in languages]
        ask, *rest = language_choices(without=languages).items()
        not_known = (NOT_KNOWN, language_name(NOT_KNOWN))
        form.another.choices = {ask[0]: [*ask[1], not_known], **dict(rest)}
        return form

    def validate_another(self, field: SelectField) -> None:
        """One of both is enough; what was looked for in the list counts before what was ticked."""
        if not is_language(field.data or self.language.data or ""):
            self.language.errors = [*self.language.errors, CHOOSE_LANGUAGE]
            raise ValidationError

    def arrival(self) -> Arrival:
        """What a validated form says."""
        topic = Topic(self.topic.data) if self.topic.data else None
        return Arrival(self.called, self.another.data or self.language.data, topic)


class StepForm(StrictForm):
    """One press of a button of the queue: what to do, as `seen` on which screen; and how it was there, for the undo."""

    act = HiddenField()
    seen = HiddenField()
    with_id = HiddenField()
    was = HiddenField()
    was_with = HiddenField()

    def validate_seen(self, field: HiddenField) -> None:
        if not _VERSION.fullmatch(field.data or ""):
            abort(400)

    def validate_act(self, field: HiddenField) -> None:
        if field.data not in {*VisitState, *Act}:
            abort(400)

    def validate_was(self, field: HiddenField) -> None:
        if field.data and field.data not in set(VisitState):
            abort(400)

    def taken_back(self, version: int) -> dict[str, Any] | None:
        """What would take the press back; None for what takes something back itself."""
        back = {Act.FIRST: Act.IN_ORDER, Act.IN_ORDER: Act.FIRST}.get(self.act.data, self.was.data)
        if not back:
            return None
        return {"act": str(back), "seen": str(version), "with_id": self.was_with.data or ""}


class RingForm(KeyedForm):
    """Whom to ring up."""

    person = HiddenField()


class AnswerForm(StrictForm):
    """What she said on the telephone, or that it is taken back."""

    said = HiddenField()
