"""Views for the interpreter: what she is asked, and her answer."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from clinic.domain.answers import Refused
from clinic.domain.interpreting import OfferState
from clinic.domain.people import Role
from clinic.domain.times import local_date
from clinic.queries import offers as queries
from clinic.services import interpreting
from clinic.web.interpreting.room import room
from clinic.web.shared.filters import clock, full_date
from clinic.web.shared.flashes import Undo, say
from clinic.web.shared.forms import check_button
from clinic.web.shared.ground import db, now
from clinic.web.shared.guards import only
from clinic.web.shared.identity import me
from clinic.web.shared.messages import sentence


@room.get("")
@only(Role.INTERPRETER)
def index() -> str:
    """What she is asked, what she said yes to, and what became of the rest."""
    with db.read() as tx:
        offers = queries.ahead(tx, reader=me(), now=now())
    shown = (OfferState.ASKED, OfferState.ACCEPTED)
    return render_template(
        "interpreting/index.html",
        asked=[each for each in offers if each.state is OfferState.ASKED],
        accepted=[each for each in offers if each.state is OfferState.ACCEPTED],
        others=[each for each in offers if each.state not in shown],
    )


@room.get("/offers/<offer_id>")
@only(Role.INTERPRETER)
def offer(offer_id: str) -> str:
    """One offer."""
    return _page(offer_id)


@room.post("/offers/<offer_id>/accept")
@only(Role.INTERPRETER)
def accept(offer_id: str) -> Response | tuple[str, int]:
    """Say yes; the first to do so has it."""
    check_button()
    try:
        with db.write() as tx:
            interpreting.accept(tx, offer_id, by=me(), now=now())
    except Refused as refused:
        return _page(offer_id, refused), 409
    undo = Undo(gettext("Undo"), url_for("interpreting.decline", offer_id=offer_id))
    say(gettext("Thank you: it is yours."), undo)
    return redirect(url_for("interpreting.offer", offer_id=offer_id), 303)


@room.post("/offers/<offer_id>/decline")
@only(Role.INTERPRETER)
def decline(offer_id: str) -> Response | tuple[str, int]:
    """Say no, or that one cannot come after all."""
    check_button()
    try:
        with db.write() as tx:
            interpreting.decline(tx, offer_id, by=me(), now=now())
    except Refused as refused:
        return _page(offer_id, refused), 409
    say(gettext("Thank you for saying so. Somebody else will be asked."))
    return redirect(url_for("interpreting.index"), 303)


@room.post("/offers/<offer_id>/later")
@only(Role.INTERPRETER)
def later(offer_id: str) -> Response | tuple[str, int]:
    """Say that one does not know yet: it changes nothing."""
    check_button()
    with db.read() as tx:
        found = queries.offer(tx, offer_id, reader=me(), now=now())
    if found.state is not OfferState.ASKED:
        return _page(offer_id), 409
    until = {"day": full_date(local_date(found.answer_by)), "time": clock(found.answer_by)}
    say(gettext("No hurry: you can answer until %(day)s, %(time)s.", **until))
    return redirect(url_for("interpreting.index"), 303)


def _page(offer_id: str, refused: Refused | None = None) -> str:
    with db.read() as tx:
        found = queries.offer(tx, offer_id, reader=me(), now=now())
    # The state of an offer says by itself why it takes no answer; what it does not say is said above it.
    is_said = refused is None or found.state not in {OfferState.ASKED, OfferState.ACCEPTED}
    refusal = None if refused is None or is_said else sentence(refused)
    return render_template("interpreting/offer.html", offer=found, refusal=refusal, now=now())
