"""Places and closures: adding and changing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from clinic.domain.answers import NotFound
from clinic.domain.people import SignedIn
from clinic.domain.places import Publicity
from clinic.models import ClinicSession, Closure, Place
from clinic.services import audit, repeats


@dataclass(frozen=True)
class PlaceDraft:
    """What a coordinator says of a place."""

    name: str
    area: str
    spot: str
    publicity: Publicity


@dataclass(frozen=True)
class ClosureDraft:
    """A period, both days included; without a place it holds for all."""

    name: str
    place_id: str | None
    first_on: date
    last_on: date


def add(tx: Session, draft: PlaceDraft, *, key: str, by: SignedIn, now: datetime) -> str:
    """Add a place and return its id."""
    claim = repeats.claim(tx, key, by=by, now=now)
    if not claim.is_repeat:
        tx.add(Place(id=claim.id, name=draft.name, area=draft.area, spot=draft.spot, publicity=draft.publicity))
        audit.record(tx, "place.add", claim.id, by=by, now=now)
    return claim.id


def change(tx: Session, place_id: str, draft: PlaceDraft, *, by: SignedIn, now: datetime) -> None:
    """Change a place; its coming sessions count as changed, so that calendars read them again. Raises `NotFound`."""
    place = tx.get(Place, place_id, with_for_update=True)
    if place is None:
        raise NotFound
    if draft == PlaceDraft(place.name, place.area, place.spot, place.publicity):
        return
    place.name, place.area, place.spot, place.publicity = draft.name, draft.area, draft.spot, draft.publicity
    coming = update(ClinicSession).where(ClinicSession.place_id == place_id, ClinicSession.ends_at > now)
    tx.execute(coming.values(sequence=ClinicSession.sequence + 1, changed_at=now))
    audit.record(tx, "place.change", place_id, by=by, now=now)


def close(tx: Session, draft: ClosureDraft, *, key: str, by: SignedIn, now: datetime) -> str:
    """Note a closure; it marks dates of series made from now on and leaves stored sessions as they are."""
    claim = repeats.claim(tx, key, by=by, now=now)
    if not claim.is_repeat:
        tx.add(
            Closure(
                id=claim.id,
                name=draft.name,
                place_id=draft.place_id,
                first_on=draft.first_on,
                last_on=draft.last_on,
            )
        )
        audit.record(tx, "closure.add", claim.id, by=by, now=now)
    return claim.id


def reopen(tx: Session, closure_id: str, *, by: SignedIn, now: datetime) -> ClosureDraft:
    """Remove a closure, and return what it said so that it can be noted again. Raises `NotFound`."""
    closure = tx.get(Closure, closure_id, with_for_update=True)
    if closure is None:
        raise NotFound
    tx.delete(closure)
    audit.record(tx, "closure.remove", closure_id, by=by, now=now)
    return ClosureDraft(closure.name, closure.place_id, closure.first_on, closure.last_on)
