"""The messages of a series: which reminders go when, and exactly what they say."""

from __future__ import annotations

from collections.abc import Iterable

from flask import redirect, render_template, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import HiddenField, SelectMultipleField, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from clinic.domain.answers import NotFound, Refused
from clinic.domain.people import Role
from clinic.domain.sessions import Status
from clinic.domain.timing import OFFSETS_FOR_CREW, OFFSETS_FOR_PEOPLE, Offset
from clinic.queries import sessions as queries
from clinic.queries.sessions import SeriesPage
from clinic.services import reminders
from clinic.services.reminders import Reminders
from clinic.web.sessions.reminder_samples import Samples, Service, samples
from clinic.web.sessions.room import room
from clinic.web.shared.flashes import say
from clinic.web.shared.forms import StrictForm
from clinic.web.shared.ground import db, now, today
from clinic.web.shared.guards import only
from clinic.web.shared.identity import me
from clinic.web.shared.labels import choices

SAVE = "save"
_TICKS = {"widget": ListWidget(prefix_label=False), "option_widget": CheckboxInput()}


class RemindersForm(StrictForm):
    """Which reminders go; `seen` is what the series had when the page was opened."""

    crew = SelectMultipleField(_l("To those who work here"), choices=lambda: choices(Offset), **_TICKS)
    people = SelectMultipleField(_l("To people who come"), choices=lambda: choices(Offset), **_TICKS)
    seen = HiddenField()

    def validate_crew(self, field: SelectMultipleField) -> None:
        if len(set(field.data)) > OFFSETS_FOR_CREW:
            raise ValidationError(str(_l("Choose %(num)d at most.")) % {"num": OFFSETS_FOR_CREW})

    def validate_people(self, field: SelectMultipleField) -> None:
        if len(set(field.data)) > OFFSETS_FOR_PEOPLE:
            raise ValidationError(str(_l("Choose %(num)d at most.")) % {"num": OFFSETS_FOR_PEOPLE})

    @property
    def wished(self) -> Reminders:
        """What is ticked, in the order of the list."""
        return Reminders(_in_order(self.crew.data or ()), _in_order(self.people.data or ()))


@room.route("/series/<series_id>/messages", methods=["GET", "POST"])
@only(Role.COORDINATOR, Role.WORKSHOP_ORGANISER)
def series_messages(series_id: str) -> Response | tuple[str, int]:
    """Say which reminders a series sends. `step` says which button was pressed: looking first, or saving."""
    with db.read() as tx:
        page = queries.series_page(tx, series_id, today=today(), now=now())
    if not reminders.may_change(page.row.kind, me()):
        raise NotFound
    there = Reminders(page.reminders_crew, page.reminders_people)
    form = RemindersForm(crew=list(there.crew), people=list(there.people), seen=_as_text(there))
    if not form.is_submitted():
        return _ask(form, page, 200)
    if not form.validate():
        return _ask(form, page, 422)
    if request.args.get("step") != SAVE:
        return _ask(form, page, 200)
    try:
        with db.write() as tx:
            reminders.save(tx, series_id, form.wished, seen=_from_text(form.seen.data), by=me(), now=now())
    except Refused as refused:
        form.refuse(refused)
        form.seen.data = _as_text(there)
        return _ask(form, page, 409)
    say(gettext("The reminders are saved, and planned anew for all dates to come."))
    return redirect(url_for("sessions.series_messages", series_id=series_id), 303)


def _ask(form: RemindersForm, page: SeriesPage, status: int) -> tuple[str, int]:
    coming = (each for each in page.dates if each.status is Status.PLANNED and each.starts_at > now())
    first = next(coming, None)
    shown: dict[str, Samples] = {}
    if first:
        service = Service(first.starts_at, page.row.names, page.agenda_words)
        shown["crew"] = samples(service, form.wished.crew, at_work=True, now=now())
        shown["people"] = samples(service, form.wished.people, at_work=False, now=now())
    may_open_series = me().holds(Role.COORDINATOR)
    answer = render_template(
        "sessions/series_messages.html", form=form, page=page, first=first, shown=shown, may_open_series=may_open_series
    )
    return answer, status


def _in_order(codes: Iterable[str]) -> tuple[Offset, ...]:
    chosen = set(codes)
    return tuple(each for each in Offset if each in chosen)


def _as_text(there: Reminders) -> str:
    return "/".join(" ".join(each) for each in (there.crew, there.people))


def _from_text(text: str) -> Reminders:
    crew, _, people = (text or "").partition("/")
    return Reminders(_in_order(crew.split()), _in_order(people.split()))
