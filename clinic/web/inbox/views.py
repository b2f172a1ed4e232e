"""Views of the simulated telephones; outside a demonstration there are none."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from flask import Blueprint, abort, render_template

from clinic.domain.contacts import Helped
from clinic.domain.people import Role
from clinic.domain.times import local_date
from clinic.queries import demonstration, inbox
from clinic.queries.inbox import Owner
from clinic.web.inbox.screens import Screen, screens
from clinic.web.shared.ground import db, now
from clinic.web.shared.guards import open_to_all

room = Blueprint("inbox", __name__, url_prefix="/demo/inbox")
# In which order the accounts are listed; one with several roles stands at the first of these.
_ORDER = (
    Role.MEMBER, Role.MEDIATOR, Role.COORDINATOR, Role.LAWYER, Role.LEGAL_ADVISER, Role.PSYCHOLOGIST,
    Role.INTERPRETER, Role.WORKSHOP_ORGANISER,
)  # fmt: skip


@room.get("")
@open_to_all
def index() -> str:
    """Whose telephone to look at: aliases first, then the accounts by role."""
    with db.read() as tx:
        if not demonstration.is_demo(tx):
            abort(404)
        everybody = inbox.owners(tx)
    helped = [each for each in everybody if each.is_helped]
    return render_template("inbox/index.html", helped=helped, groups=_by_role(everybody))


@room.get("/helped/<beneficiary_id>")
@open_to_all
def of_helped(beneficiary_id: str) -> str:
    """The telephone of one who is helped."""
    return _phone(Helped(beneficiary_id))


@room.get("/people/<person_id>")
@open_to_all
def of_person(person_id: str) -> str:
    """The telephone or the mailbox of somebody with an account."""
    return _phone(person_id)


def _phone(who: str | Helped) -> str:
    with db.read() as tx:
        if not demonstration.is_demo(tx):
            abort(404)
        phone = inbox.phone(tx, who, now=now())
    return render_template(
        "inbox/phone.html",
        phone=phone,
        came=_by_day(screens(phone.came)),
        to_come=screens(phone.to_come),
        now=now(),
    )


def _by_day(shown: Sequence[Screen]) -> list[list[Screen]]:
    return [list(day) for _, day in groupby(shown, key=lambda each: local_date(each.at))]


def _by_role(everybody: Sequence[Owner]) -> list[tuple[Role, list[Owner]]]:
    groups = [(role, [each for each in everybody if _first_role(each) is role]) for role in _ORDER]
    return [(role, found) for role, found in groups if found]


def _first_role(owner: Owner) -> Role | None:
    return next((role for role in _ORDER if role in owner.roles), None)
