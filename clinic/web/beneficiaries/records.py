"""Views of a record: noting somebody, changing it, handing her over to another mediator and taking that back."""

from __future__ import annotations

from collections.abc import Iterable

from flask import redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from clinic.domain.answers import NotFound, Refused
from clinic.domain.people import Role
from clinic.queries import records as queries
from clinic.queries.people import PersonRow
from clinic.queries.records import RecordView
from clinic.services import records
from clinic.services.records import Followed
from clinic.web.beneficiaries.record_forms import ChangeForm, HandOverForm, NewRecordForm, TakeBackForm
from clinic.web.beneficiaries.room import room
from clinic.web.beneficiaries.words import as_noted
from clinic.web.shared.alias_fields import proposed
from clinic.web.shared.flashes import Undo, say
from clinic.web.shared.ground import db, now
from clinic.web.shared.guards import only
from clinic.web.shared.identity import me

_ALIAS_REFUSED = ("alias_taken", "alias_taken_there")


@room.route("/new", methods=["GET", "POST"])
@only(Role.COORDINATOR, Role.MEDIATOR)
def new() -> Response | tuple[str, int]:
    """Note somebody whom one follows from now on."""
    form = NewRecordForm()
    with db.read() as tx:
        form.offer(_besides(queries.may_follow(tx, None), me().id))
    if not form.is_submitted():
        return _ask_new(form, 200)
    if not form.validate():
        return _ask_new(form, 422)
    try:
        with db.write() as tx:
            noted_id = records.note(tx, form.draft(), key=form.key.data, by=me(), now=now())
    except Refused as refused:
        form.refuse(refused, "alias")
        return _ask_new(form, 409, taken_id=refused.facts.get("whom"))
    say(gettext("Noted. You follow her from now on."))
    return redirect(url_for("beneficiaries.page", beneficiary_id=noted_id), 303)


@room.route("/<beneficiary_id>/change", methods=["GET", "POST"])
@only(Role.COORDINATOR, Role.MEDIATOR)
def change(beneficiary_id: str) -> Response | tuple[str, int]:
    """Change how she is called, her languages, who stands in."""
    kept = kept_record(beneficiary_id)
    form = _change_form(kept)
    if not form.is_submitted():
        return _ask_change(form, kept, 200)
    if not form.validate():
        return _ask_change(form, kept, 422)
    try:
        with db.write() as tx:
            records.change(tx, kept.id, form.draft(), seen=form.seen.data or "", by=me(), now=now())
    except Refused as refused:
        return _not_changed(form, kept, refused)
    say(gettext("The record is changed."))
    return redirect(url_for("beneficiaries.page", beneficiary_id=kept.id), 303)


@room.route("/<beneficiary_id>/hand-over", methods=["GET", "POST"])
@only(Role.COORDINATOR, Role.MEDIATOR)
def hand_over(beneficiary_id: str) -> Response | tuple[str, int]:
    """Let another mediator follow her."""
    form = HandOverForm()
    if form.is_submitted() and form.validate():
        try:
            with db.write() as tx:
                before = records.hand_over(tx, beneficiary_id, form.person.data, key=form.key.data, by=me(), now=now())
        except Refused as refused:
            form.refuse(refused, "person")
        else:
            return _handed_over(beneficiary_id, before)
    kept = kept_record(beneficiary_id)
    with db.read() as tx:
        form.offer(each for each in queries.may_follow(tx, kept.id) if each.id != kept.mediator.id)
    status = (409 if form.person.data else 422) if form.errors else 200
    return render_template("beneficiaries/hand_over.html", form=form, kept=kept), status


@room.post("/<beneficiary_id>/hand-over/take-back")
@only(Role.COORDINATOR, Role.MEDIATOR)
def take_back(beneficiary_id: str) -> Response:
    """Take back that one handed her over, while nothing else was done."""
    form = TakeBackForm()
    if not form.validate_on_submit():
        raise NotFound
    before = Followed(form.mediator.data, form.stand_in.data or None) if form.mediator.data else None
    with db.write() as tx:
        records.take_back(tx, beneficiary_id, before, by=me(), now=now())
    say(gettext("It is as before."))
    return redirect(url_for("beneficiaries.page", beneficiary_id=beneficiary_id), 303)


def kept_record(beneficiary_id: str) -> RecordView:
    """The record of one whom the reader follows; raises `NotFound`."""
    with db.read() as tx:
        return queries.record(tx, beneficiary_id, reader=me())


def _handed_over(beneficiary_id: str, before: Followed | None) -> Response:
    """Say so, with its undo; whoever does not follow her any more goes back to the list."""
    back = {"mediator": before.mediator_id, "stand_in": before.stand_in_id or ""} if before else {}
    undo = Undo(gettext("Undo"), url_for("beneficiaries.take_back", beneficiary_id=beneficiary_id), back)
    say(gettext("She is handed over. Speak with her new mediator: no message is sent."), undo if before else None)
    try:
        return redirect(url_for("beneficiaries.page", beneficiary_id=kept_record(beneficiary_id).id), 303)
    except NotFound:
        return redirect(url_for("beneficiaries.index"), 303)


def _change_form(kept: RecordView) -> ChangeForm:
    form = ChangeForm.of(kept)
    with db.read() as tx:
        can = _besides(queries.may_follow(tx, kept.id), kept.mediator.id)
    if kept.stand_in and kept.stand_in.id not in dict(can):
        can.append((kept.stand_in.id, kept.stand_in.name))
    form.offer(can, kept.languages)
    return form


def _not_changed(form: ChangeForm, kept: RecordView, refused: Refused) -> tuple[str, int]:
    """Show what was typed again; and beside it, what is noted now, if somebody changed it meanwhile."""
    form.refuse(refused, "alias" if refused.code in _ALIAS_REFUSED else None)
    if refused.code != "record_changed":
        return _ask_change(form, kept, 409, taken_id=refused.facts.get("whom"))
    current = kept_record(kept.id)
    form.seen.data = current.version
    return _ask_change(form, current, 409, noted=as_noted(current))


def _besides(people: Iterable[PersonRow], person_id: str) -> list[tuple[str, str]]:
    return [(each.id, each.name) for each in people if each.id != person_id]


def _ask_new(form: NewRecordForm, status: int, *, taken_id: str | None = None) -> tuple[str, int]:
    form.offer_words(proposed())
    return render_template("beneficiaries/new.html", form=form, taken_id=taken_id), status


def _ask_change(
    form: ChangeForm,
    kept: RecordView,
    status: int,
    *,
    noted: list[tuple[str, str]] | None = None,
    taken_id: str | None = None,
) -> tuple[str, int]:
    return render_template("beneficiaries/change.html", form=form, kept=kept, noted=noted, taken_id=taken_id), status
