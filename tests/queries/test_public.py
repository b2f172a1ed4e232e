"""What anyone may read of the programme."""

from __future__ import annotations

from datetime import timedelta

from clinic.db import Database
from clinic.domain.people import Role
from clinic.domain.places import Publicity
from clinic.domain.sessions import CancelReason, Kind
from clinic.queries import public
from clinic.services import programme, workshops
from clinic.services.workshops import WorkshopDraft
from tests.make import FRIDAY, NOW, make_person, make_place, make_series, make_session

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def test_only_public_series_are_shown(each_db: Database) -> None:
    with each_db.write() as tx:
        shown_id = make_session(tx)
        make_session(tx, series_id=make_series(tx, is_public=False))

        assert [each.id for each in public.programme(tx, NOW, NOW + 28 * DAY)] == [shown_id]


def test_the_spot_of_a_place_told_late_is_not_there(each_db: Database) -> None:
    with each_db.write() as tx:
        make_session(tx, place_id=make_place(tx, Publicity.TOLD_LATE))
        make_session(tx, starts_at=FRIDAY + DAY)

        bus, law_access = public.programme(tx, NOW, NOW + 28 * DAY)

        assert bus.spot is None
        assert bus.area.startswith("Quartier")
        assert law_access.spot is not None


def test_sessions_are_shown_until_they_end_in_order_and_by_kind(each_db: Database) -> None:
    with each_db.write() as tx:
        workshop_id = make_session(tx, starts_at=FRIDAY + DAY, series_id=make_series(tx, kind=Kind.WORKSHOP))
        first_id = make_session(tx)
        make_session(tx, starts_at=FRIDAY + 2 * DAY)

        shown = public.programme(tx, FRIDAY + 3 * HOUR - HOUR, FRIDAY + DAY + 3 * HOUR)
        after = public.programme(tx, FRIDAY + 3 * HOUR, FRIDAY + DAY + 3 * HOUR)

        assert [each.id for each in shown] == [first_id, workshop_id]
        assert [each.id for each in after] == [workshop_id]
        assert [each.id for each in public.programme(tx, NOW, NOW + 28 * DAY, Kind.WORKSHOP)] == [workshop_id]


def test_a_cancelled_session_is_shown_as_cancelled(each_db: Database) -> None:
    with each_db.write() as tx:
        coordinator, session_id = make_person(tx, Role.COORDINATOR), make_session(tx)
        programme.cancel(tx, session_id, CancelReason.VENUE, by=coordinator, now=NOW)

        (shown,) = public.programme(tx, NOW, NOW + 28 * DAY)

        assert (shown.is_cancelled, shown.sequence, shown.changed_at) == (True, 1, NOW)


def test_a_workshop_says_its_film_and_whether_the_guest_is_to_be_confirmed(each_db: Database) -> None:
    with each_db.write() as tx:
        organiser = make_person(tx, Role.WORKSHOP_ORGANISER)
        session_id = make_session(tx, series_id=make_series(tx, kind=Kind.WORKSHOP))
        plain_id = make_session(tx, starts_at=FRIDAY + DAY)
        draft = WorkshopDraft("Selma", None, None, "Les droits civiques", "Civil rights")
        workshops.describe(tx, session_id, draft, by=organiser, now=NOW)

        workshop, plain = public.programme(tx, NOW, NOW + 28 * DAY)

        assert workshop.workshop is not None
        assert (workshop.workshop.film, workshop.workshop.speaker) == ("Selma", None)
        assert workshop.workshop.topics == {"fr": "Les droits civiques", "en": "Civil rights"}
        assert (plain.id, plain.workshop) == (plain_id, None)
