"""Forms of appointments: who comes when and who must be there, another time, who came, to whom one is opened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, RadioField, SelectField, ValidationError
from wtforms.validators import InputRequired

from clinic.domain.appointments import DISCLOSED_HOURS, CrewPart, Topic, Wanted, is_language
from clinic.domain.attendance import FollowUp, Outcome
from clinic.domain.interpreting import Modality
from clinic.domain.times import local_date
from clinic.queries.attending import Asked
from clinic.queries.openings import Company, DateView, Named, Staffing, TimeView, Whom
from clinic.queries.people import PersonRow
from clinic.web.shared.alias_fields import AliasFields
from clinic.web.shared.filters import clock, full_date, how_long
from clinic.web.shared.forms import CHOOSE, KeyedForm, StrictForm
from clinic.web.shared.labels import choices, label, listed
from clinic.web.shared.locale import local
from clinic.web.shared.spoken import language_choices
from clinic.web.shared.stamps import read_stamp, stamp

CHOOSE_TIME = _l("Choose a time.")
NOBODY, ANYBODY, SAME, VACANT = "", "any", "same", "none"
_NAMED = (CrewPart.LEGAL, CrewPart.MEDIATOR)


class BookForm(AliasFields, KeyedForm):
    """Whom, in which language, about what, who must be there, when; and whether she is asked first.

    `after` is the appointment whose next one this is. `change` leads back from the times to what was said.
    """

    needs_alias = False

    who = SelectField(_l("Who comes?"), validate_choice=False)
    language = SelectField(_l("Language"), validate_choice=False, validators=[InputRequired(_l("Choose a language."))])
    topic = SelectField(_l("What is it about?"), choices=lambda: [("", _l("Not said")), *choices(Topic)], default="")
    legal = SelectField(_l("Lawyer or legal adviser"), validate_choice=False)
    mediator = SelectField(_l("Mediator"), validate_choice=False)
    interpreter = SelectField(_l("Interpreter"), choices=lambda: [("", _l("No")), *choices(Modality)], default="")
    at = SelectField(_l("Time"), validate_choice=False)
    act = RadioField(
        _l("When you choose a time"),
        choices=listed({"book": _l("It is booked"), "hold": _l("It is kept 15 minutes, while I ask her")}),
        default="book",
    )
    after = HiddenField()
    change = HiddenField()

    def offer(
        self, times: Iterable[TimeView], crew: Mapping[CrewPart, Sequence[Named]], followed: Iterable[Named]
    ) -> None:
        """Offer the times at which a desk is free, the crew as far as it may be known, and those whom one follows."""
        free = [(stamp(each.starts_at), clock(each.starts_at)) for each in times]
        self.at.choices = [("", _l("Show me when everybody is free")), *free]
        self.language.choices = language_choices()
        self.who.choices = [("", _l("Somebody who is not on my list")), *followed]
        again = [(SAME, _l("Whoever was there last time"))] if self.after.data else []
        for part in _NAMED:
            anybody = [(NOBODY, _l("Nobody in particular")), (ANYBODY, _l("Anybody who is free")), *again]
            self[part.value].choices = [*anybody, *crew.get(part, ())]

    def validate_who(self, field: SelectField) -> None:
        """A word proposed or typed is for somebody who is not on the list."""
        if field.data and self.called:
            raise ValidationError(_l("Choose her from the list, or give a word: not both."))

    def validate_language(self, field: SelectField) -> None:
        if field.data and not is_language(field.data):
            raise ValidationError(_l("Choose a language."))

    def validate_at(self, field: SelectField) -> None:
        """A time that was just taken is no error of shape: the service refuses it and says what is free."""
        if field.data and read_stamp(field.data) is None:
            raise ValidationError(CHOOSE_TIME)

    @property
    def starts_at(self) -> datetime | None:
        """The chosen instant of a validated form; None: all times are to be shown."""
        return read_stamp(self.at.data)

    @property
    def holds(self) -> bool:
        """Whether the time is only kept while she is asked."""
        return bool(self.act.data == "hold")

    @property
    def chosen_topic(self) -> Topic | None:
        """What it is about, if that was said."""
        return Topic(self.topic.data) if self.topic.data else None

    def company(self, whom: Whom, before: Mapping[CrewPart, str]) -> Company:
        """Who must be there; `before`: who was there last time."""
        modality = Modality(self.interpreter.data) if self.interpreter.data else None
        wanted = [_wanted(part, self[part.value].data or "", before) for part in _NAMED]
        return Company(Asked(whom.id, self.language.data, modality), tuple(each for each in wanted if each))


class ToldForm(StrictForm):
    """An act that she may know of already: then nothing is sent, and nobody calls."""

    she_knows = BooleanField(_l("She knows already: we spoke"))


class MoveForm(ToldForm):
    """Another slot, of this session or of a later one."""

    to = SelectField(_l("New time"), validate_choice=False)

    def offer(self, dates: Iterable[DateView]) -> None:
        """Offer the times of these dates at which all who must be there are free."""
        offered: dict[Any, list[tuple[str, str]]] = {"": [("", str(CHOOSE_TIME))]}
        for each in dates:
            if each.free:
                heading = f"{full_date(local_date(each.session.starts_at))}, {local(each.session.names)}"
                offered[heading] = [(f"{each.session.id}.{stamp(at)}", clock(at)) for at in each.free]
        self.to.choices = offered

    def validate_to(self, field: SelectField) -> None:
        if read_stamp((field.data or "").partition(".")[2]) is None:
            raise ValidationError(CHOOSE_TIME)

    @property
    def chosen(self) -> tuple[str, datetime]:
        """The session's id and the instant of a validated form."""
        session_id, _, at = self.to.data.partition(".")
        instant = read_stamp(at)
        if instant is None:
            raise ValueError(at)
        return session_id, instant


class StaffForm(StrictForm):
    """Who must be there, part by part; `seen` is what this begins from."""

    legal = SelectField(_l("Lawyer or legal adviser"), validate_choice=False)
    mediator = SelectField(_l("Mediator"), validate_choice=False)
    interpreter = SelectField(_l("Interpreter"), validate_choice=False)
    seen = HiddenField()

    def offer(self, staffing: Staffing) -> None:
        """Offer who is free, and show who is there; an interpreter of the crew only where one was wanted."""
        self.seen.data = staffing.seen
        for part in CrewPart:
            if part not in _NAMED and part not in staffing.parts:
                del self[part.value]
                continue
            there = staffing.parts.get(part, NOBODY)
            offered: list[tuple[str, Any]] = [(NOBODY, _l("Nobody in particular"))]
            offered += [(VACANT, _l("Still to be found"))] if part in staffing.parts and there is None else []
            named = list(staffing.free.get(part, ()))
            if there and there not in dict(named):
                offered.append((there, _l("As it is")))
            self[part.value].choices = [*offered, (ANYBODY, _l("Anybody who is free")), *named]
            self[part.value].data = VACANT if there is None else there

    @property
    def wanted(self) -> list[Wanted]:
        """Who must be there, as it was sent."""
        chosen = [(part, self[part.value].data or NOBODY) for part in CrewPart if part.value in self]
        named = [_wanted(part, value, {}) for part, value in chosen if value != VACANT]
        return [each for each in named if each]

    @property
    def vacant(self) -> list[CrewPart]:
        """The parts for which somebody is still to be found."""
        return [part for part in CrewPart if part.value in self and self[part.value].data == VACANT]


class OutcomeForm(StrictForm):
    """Whether she came, one button each; `seen` is what the page said of it."""

    outcome = HiddenField()
    seen = HiddenField()

    def validate_outcome(self, field: HiddenField) -> None:
        _check_listed(field, Outcome)

    def validate_seen(self, field: HiddenField) -> None:
        _check_listed(field, Outcome)

    @property
    def noted(self) -> tuple[Outcome | None, Outcome | None]:
        """What came of it, and what was said before, of a validated form."""
        return _code(self.outcome, Outcome), _code(self.seen, Outcome)


class FollowUpForm(StrictForm):
    """What should follow; `seen` is what the page said of it."""

    wanted = SelectField(
        _l("What should follow?"), choices=lambda: [("", _l("Nothing said")), *choices(FollowUp)], default=""
    )
    seen = HiddenField()

    def validate_seen(self, field: HiddenField) -> None:
        _check_listed(field, FollowUp)

    @property
    def noted(self) -> tuple[FollowUp | None, FollowUp | None]:
        """What should follow, and what was said before, of a validated form."""
        return _code(self.wanted, FollowUp), _code(self.seen, FollowUp)


class OpenForm(KeyedForm):
    """To whom an appointment is opened, and for how long."""

    person = SelectField(_l("To whom?"), validators=[InputRequired(CHOOSE)])
    hours = SelectField(
        _l("For how long?"),
        choices=lambda: [(str(each), how_long(60 * each)) for each in DISCLOSED_HOURS],
        default=str(DISCLOSED_HOURS[1]),
    )

    def offer(self, people: Iterable[PersonRow]) -> None:
        """Offer these people, with what they do."""
        self.person.choices = [("", gettext("Choose…")), *((each.id, _with_roles(each)) for each in people)]


def _with_roles(person: PersonRow) -> str:
    return f"{person.name} · {', '.join(str(label(role)) for role in person.roles)}"


def _wanted(part: CrewPart, value: str, before: Mapping[CrewPart, str]) -> Wanted | None:
    if value == NOBODY or (value == SAME and part not in before):
        return None
    return Wanted(part, before[part] if value == SAME else None if value == ANYBODY else value)


def _check_listed(field: HiddenField, codes: type[Outcome] | type[FollowUp]) -> None:
    if field.data and field.data not in set(codes):
        raise ValidationError(CHOOSE)


def _code(field: Any, codes: Any) -> Any:
    return codes(field.data) if field.data else None
