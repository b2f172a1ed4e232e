"""Forms of appointments."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField, ValidationError
from wtforms.validators import InputRequired

from clinic.domain.appointments import Topic, is_language
from clinic.domain.times import local_date
from clinic.queries.desks import SlotView
from clinic.queries.programme import SessionView
from clinic.web.shared.filters import clock, full_date
from clinic.web.shared.forms import CHOOSE, KeyedForm, StrictForm, line
from clinic.web.shared.labels import choices
from clinic.web.shared.locale import local
from clinic.web.shared.spoken import language_choices
from clinic.web.shared.stamps import read_stamp, stamp

CHOOSE_TIME = _l("Choose a time.")


class BookForm(KeyedForm):
    """Whom, in which language, about what, and when."""

    at = SelectField(_l("Time"), validate_choice=False)
    alias = line(_l("What shall we call her?"), 40)
    language = SelectField(_l("Language"), validate_choice=False, validators=[InputRequired(_l("Choose a language."))])
    topic = SelectField(
        _l("What is it about?"), choices=lambda: choices(Topic, ask=True), validators=[InputRequired(CHOOSE)]
    )

    def __init__(self, slots: Iterable[SlotView], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        free = [(stamp(slot.starts_at), clock(slot.starts_at)) for slot in slots if slot.is_free]
        self.at.choices = [("", CHOOSE_TIME), *free]
        self.language.choices = language_choices()

    def validate_at(self, field: SelectField) -> None:
        """A time that was just taken is no error of shape: the service refuses it and says what is free."""
        if read_stamp(field.data) is None:
            raise ValidationError(CHOOSE_TIME)

    def validate_language(self, field: SelectField) -> None:
        if field.data and not is_language(field.data):
            raise ValidationError(_l("Choose a language."))

    @property
    def starts_at(self) -> datetime:
        """The chosen instant of a validated form."""
        return _instant(self.at.data)


class ToldForm(StrictForm):
    """An act that she may know of already: then nothing is sent, and nobody calls."""

    she_knows = BooleanField(_l("She knows already: we spoke"))


class MoveForm(ToldForm):
    """Another slot, of this session or of a later one."""

    to = SelectField(_l("New time"), validate_choice=False)

    def offer(self, dates: Iterable[tuple[SessionView, list[SlotView]]]) -> None:
        """Offer the free slots of these sessions, by session."""
        offered: dict[Any, list[tuple[str, str]]] = {"": [("", str(CHOOSE_TIME))]}
        for session, slots in dates:
            free = [(f"{session.id}.{stamp(slot.starts_at)}", clock(slot.starts_at)) for slot in slots if slot.is_free]
            if free and not session.is_cancelled:
                offered[f"{full_date(local_date(session.starts_at))}, {local(session.names)}"] = free
        self.to.choices = offered

    def validate_to(self, field: SelectField) -> None:
        if read_stamp((field.data or "").partition(".")[2]) is None:
            raise ValidationError(CHOOSE_TIME)

    @property
    def chosen(self) -> tuple[str, datetime]:
        """The session's id and the instant of a validated form."""
        session_id, _, at = self.to.data.partition(".")
        return session_id, _instant(at)


def _instant(text: str) -> datetime:
    instant = read_stamp(text)
    if instant is None:
        raise ValueError(text)
    return instant
