"""The demonstration: what it shows, on any day, and what it never touches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from clinic import demo
from clinic.db import Database
from clinic.demo import Outcome
from clinic.demo.workshops import PUBLISHED
from clinic.domain.calls import Change
from clinic.domain.contacts import Channel, TaskKind
from clinic.domain.interpreting import Modality, OfferState
from clinic.domain.notices import Kind as Said
from clinic.domain.notices import State
from clinic.domain.people import Role, SignedIn, check_password
from clinic.domain.rota import Outlook, ShiftState
from clinic.domain.searches import AskState
from clinic.domain.sessions import CancelReason, Kind
from clinic.domain.times import local_date, to_local
from clinic.domain.workshops import Attendance
from clinic.models import (
    Appointment,
    AuditEntry,
    ClinicSession,
    Closure,
    ContactTask,
    DatedAvailability,
    Demonstration,
    Notice,
    Person,
    Search,
    Series,
    SeriesSkip,
    UsualTime,
    Workshop,
)
from clinic.queries import (
    asks,
    availability,
    calls,
    desks,
    interpreting,
    invariants,
    people,
    programme,
    public,
    workshops,
)
from clinic.queries.programme import SessionView
from clinic.services import audit, passwords
from clinic.services import people as people_services
from tests import make
from tests.make import NOW

DAYS = (
    date(2026, 3, 29),  # the clocks change
    date(2026, 5, 1),  # a Friday, and a public holiday
    date(2026, 10, 25),  # the clocks change back
    date(2026, 11, 25),
    date(2026, 12, 24),
)
MORE_DAYS = (
    date(2026, 8, 14),  # a Friday in August
    *(date(2026, 11, 22) + timedelta(days=each) for each in (0, 1, 2, 4, 5, 6)),
    date(2026, 12, 19),
    date(2026, 12, 25),
    date(2027, 1, 2),
    date(2028, 2, 29),
)


def test_it_loads_on_both_databases_and_a_second_time_changes_nothing(each_db: Database) -> None:
    first = demo.prepare(each_db, now=NOW)
    before = _acts(each_db)
    second = demo.prepare(each_db, now=NOW + timedelta(hours=3))

    assert (first, second) == (Outcome.LOADED, Outcome.OF_TODAY)
    assert _acts(each_db) == before > 300


def test_an_untouched_demo_of_an_earlier_day_is_laid_around_today(loaded: Database) -> None:
    later = NOW + timedelta(days=40)

    outcome = demo.prepare(loaded, now=later)

    with loaded.read() as tx:
        assert tx.get_one(Demonstration, 1).around_on == local_date(later)
        assert tx.scalar(select(func.count()).select_from(Person)) == 46
    assert outcome is Outcome.LOADED


def test_a_demo_that_someone_changed_is_kept_unless_asked_for_anew(loaded: Database) -> None:
    coordinator = _who(loaded, "coordinator")
    with loaded.write() as tx:
        audit.record(tx, "place.add", None, by=coordinator, now=NOW)

    kept = demo.prepare(loaded, now=NOW + timedelta(days=1))
    with loaded.read() as tx:
        around_on = tx.get_one(Demonstration, 1).around_on
    fresh = demo.prepare(loaded, now=NOW + timedelta(days=1), fresh=True)

    assert (kept, around_on, fresh) == (Outcome.TOUCHED, local_date(NOW), Outcome.LOADED)


@pytest.mark.parametrize("fresh", [False, True])
def test_a_real_database_is_never_touched(each_db: Database, *, fresh: bool) -> None:
    with each_db.write() as tx:
        make.make_person(tx, Role.COORDINATOR, name="Une vraie personne")

    with pytest.raises(demo.NotADemo):
        demo.prepare(each_db, now=NOW, fresh=fresh)

    with each_db.read() as tx:
        assert tx.scalars(select(Person.name)).all() == ["Une vraie personne"]


@pytest.mark.parametrize("today", [*DAYS, *(pytest.param(each, marks=pytest.mark.soak) for each in MORE_DAYS)], ids=str)
def test_it_shows_a_full_house_on_any_day(db: Database, today: date) -> None:
    now = datetime(today.year, today.month, today.day, 9, tzinfo=UTC)

    demo.prepare(db, now=now)

    near = _coming(db, _who(db, "coordinator"), now)
    far = _coming(db, _who(db, "coordinator"), now, weeks=8)
    assert {Kind.LAW_ACCESS, Kind.BUS} <= {each.kind for each in near}
    assert sum(each.booked or 0 for each in near) > 15
    assert {each.forecast.outlook for each in far if not each.is_cancelled} >= set(Outlook)
    assert any(each.can_run and each.forecast.shortfall == each.forecast.accepted_shortfall > 0 for each in far)
    assert any(each.can_run and each.wished for each in far)
    assert any(each.moved_from for each in far)
    assert next(each for each in far if each.kind is Kind.BUS).is_elsewhere
    newcomers = [(each, member) for each in far for member in each.crew or () if member.is_first_time]
    assert {member.role in each.forecast.unpaired for each, member in newcomers} == {True, False}
    _looks_for_people(db, now)
    _has_lived(db, now)
    _has_spoken(db)


def test_it_holds_every_state_that_a_session_can_be_in(loaded: Database) -> None:
    coming = _coming(loaded, _who(loaded, "coordinator"), NOW)
    fridays = [each for each in coming if each.kind is Kind.LAW_ACCESS]

    assert fridays[0].can_run
    assert Role.INTERPRETER in fridays[0].held
    assert fridays[1].is_full
    assert set(fridays[1].lacks) == {Role.LAWYER}
    assert set(fridays[2].lacks) == {Role.MEDIATOR}
    assert fridays[3].moved_from
    assert all(each.state is ShiftState.TO_CONFIRM for each in fridays[3].crew or ())
    assert any(each.is_cancelled for each in coming)
    with loaded.read() as tx:
        assert CancelReason.WEATHER in tx.scalars(select(ClinicSession.cancel_reason))
        assert tx.scalar(select(func.count()).select_from(Appointment).where(Appointment.state == "cancelled"))


def test_each_account_has_something_to_do(loaded: Database) -> None:
    coming = {name: _coming(loaded, _who(loaded, name), NOW) for name in ("lawyer", "mediator", "interpreter")}
    mediator = _who(loaded, "mediator")

    assert _first_is_mine(coming["lawyer"])
    assert any(each.kind is Kind.BUS and each.takes(_who(loaded, "lawyer")) for each in coming["lawyer"])
    assert _first_is_mine(coming["mediator"])
    assert _first_is_mine(coming["interpreter"])
    with loaded.read() as tx:
        assert len(desks.booked_by(tx, reader=mediator, now=NOW, most=50)) >= 4


def test_some_said_when_they_can_and_the_lawyer_too(loaded: Database) -> None:
    with loaded.read() as tx:
        lawyer = availability.of_person(tx, _who(loaded, "lawyer").id, today=local_date(NOW))
        usual = set(tx.scalars(select(UsualTime.person_id)))
        dated = set(tx.scalars(select(DatedAvailability.person_id)))

    assert lawyer.usual
    assert {period.can for period in lawyer.dated} == {True, False}
    assert len(usual) > 8
    assert len(dated) > 4


def test_only_those_who_may_know_read_that_the_bus_is_elsewhere(loaded: Database) -> None:
    with loaded.read() as tx:
        bus = next(each for each in _coming(loaded, _who(loaded, "coordinator"), NOW) if each.kind is Kind.BUS)
        told = select(Notice.person_id).where(Notice.kind == Said.SPOT_CHANGED, Notice.session_id == bus.id)
        crew = {each.person_id for each in bus.crew or ()}
        seen = programme.find(tx, bus.id, reader=_who(loaded, "lawyer"), now=NOW)

        assert set(tx.scalars(told)) >= crew > set()
    assert seen is not None
    assert seen.spot is None


def test_everybody_signs_in_with_the_printed_password_but_two(loaded: Database) -> None:
    with loaded.read() as tx:
        everyone = people.everyone(tx)
        found = people.credentials(tx, "lawyer")

    assert [each.sign_in_name for each in everyone if each.is_disabled] == ["lawyer22"]
    assert [each.sign_in_name for each in everyone if not each.has_password] == ["lawyer21"]
    assert found is not None
    assert passwords.is_right(demo.PASSWORD, found.password_hash)
    check_password(demo.PASSWORD)


def test_the_series_stand_a_year_ahead(loaded: Database) -> None:
    with loaded.read() as tx:
        last = tx.scalar(select(func.max(ClinicSession.starts_at)))
        until = tx.scalars(select(Series.made_until)).all()

    assert last is not None
    assert last > NOW + timedelta(days=350)
    assert min(until) > local_date(NOW) + timedelta(days=360)


def test_the_workshops_of_2022_stand_on_their_published_dates(loaded: Database) -> None:
    with loaded.read() as tx:
        rows = tx.execute(
            select(ClinicSession.starts_at, Workshop.film, Workshop.speaker)
            .join(Workshop)
            .where(ClinicSession.starts_at < datetime(2023, 1, 1, tzinfo=UTC))
            .order_by(ClinicSession.starts_at)
        ).all()

    assert [(to_local(row.starts_at).date(), row.film) for row in rows] == [
        (on, film.film) for _, on, film in PUBLISHED
    ]
    assert rows[-1].speaker is None


def test_the_public_programme_has_films_and_hides_places_told_late(loaded: Database) -> None:
    with loaded.read() as tx:
        shown = public.programme(tx, NOW, NOW + timedelta(weeks=20))

    films = [each.workshop for each in shown if each.workshop]
    assert films[0].film == "Sankofa"
    assert films[1].speaker is None
    assert {each.spot for each in shown if each.kind is Kind.LAW_ACCESS} == {"2 rue de Suez, 75018 Paris"}
    assert {each.spot for each in shown if each.kind is not Kind.LAW_ACCESS} == {None}
    assert "Atelier podcast" not in {each.names["fr"] for each in shown}


def test_the_next_workshop_is_full_and_the_member_waits_second(loaded: Database) -> None:
    member = _who(loaded, "member")

    with loaded.read() as tx:
        shown = [each for each in public.programme(tx, NOW, NOW + timedelta(weeks=9)) if each.workshop]
        places = workshops.my_places(tx, member.id, [each.id for each in shown])
        past = public.past_workshops(tx, now=NOW)
        came = [row.attendance for row in workshops.participants(tx, past[0].id)]

    assert [each.workshop.is_full for each in shown if each.workshop] == [True, False]
    assert all(each.workshop.content_notes and each.workshop.language == "eng" for each in shown if each.workshop)
    assert [place.position for place in places.values()] == [2]
    assert set(came) == set(Attendance)


def test_interpreters_are_needed_at_every_stage(loaded: Database) -> None:
    fridays = [each for each in _coming(loaded, _who(loaded, "coordinator"), NOW) if each.kind is Kind.LAW_ACCESS]

    with loaded.read() as tx:
        found = interpreting.needs_of(tx, [each.id for each in fridays[:3]], now=NOW)
    needs = [need for rows in found.values() for need in rows]

    states = {offer.state for need in needs for offer in need.offers}
    assert {OfferState.ASKED, OfferState.ACCEPTED, OfferState.DECLINED, OfferState.EXPIRED} <= states
    assert any(not need.offers for need in needs)
    assert {need.modality for need in needs} == set(Modality)
    assert max(len(need.offers) for need in needs) == 2


def test_the_same_day_looks_the_same(loaded: Database) -> None:
    first = _picture(loaded)

    demo.prepare(loaded, now=NOW, fresh=True)

    assert _picture(loaded) == first


def test_a_demo_sign_in_does_not_count_as_a_change(loaded: Database) -> None:
    with loaded.write() as tx:
        people_services.choose_language(tx, _who(loaded, "member").id, "en")

    assert demo.prepare(loaded, now=NOW) is Outcome.OF_TODAY


def _who(database: Database, sign_in_name: str) -> SignedIn:
    with database.read() as tx:
        found = people.credentials(tx, sign_in_name)
        assert found is not None
        signed_in = people.signed_in(tx, found.id, found.session_version)
    assert signed_in is not None
    return signed_in


def _coming(database: Database, reader: SignedIn, now: datetime, *, weeks: int = 5) -> Sequence[SessionView]:
    with database.read() as tx:
        return programme.ahead(tx, now + timedelta(weeks=weeks), reader=reader, now=now)


def _looks_for_people(database: Database, now: datetime) -> None:
    """A lawyer looks for a stand-in and one said no; the accounts that visitors try are asked for something else."""
    lawyer, mediator = _who(database, "lawyer"), _who(database, "mediator")
    with database.read() as tx:
        found = list(tx.scalars(select(Search).options(selectinload(Search.asks))))
        of_lawyer, of_mediator = (asks.at_home(tx, reader=each, now=now) for each in (lawyer, mediator))

    open_ones = [each for each in found if any(ask.state is AskState.ASKED for ask in each.asks)]
    stand_in = next(each for each in open_ones if each.shift_id)
    assert sorted(each.state for each in stand_in.asks) == [AskState.ASKED, AskState.ASKED, AskState.DECLINED]
    assert len(of_lawyer.asks) == len(of_mediator.asks) == 1
    assert of_lawyer.asks[0].session_id not in {stand_in.session_id, *of_lawyer.recused}
    assert len(of_lawyer.recused) == 1
    assert not of_mediator.looking


def _has_lived(database: Database, now: datetime) -> None:
    """Series changed and ended, a date was added, dates were left out, and people have to be called."""
    with database.read() as tx:
        changed = tx.scalars(select(Series.name_fr).where(Series.anchor_on > local_date(now))).all()
        ended = tx.scalars(select(Series.name_fr).where(Series.ended_on.is_not(None))).all()
        added = tx.scalars(select(ClinicSession.starts_at).where(ClinicSession.is_added)).all()
        skipped = set(tx.scalars(select(SeriesSkip.skipped_on)))
        closures = tx.scalars(select(Closure)).all()
        to_call = calls.to_make(tx, reader=_who(database, "coordinator"), now=now)
        breaches = invariants.breaches(tx, now=now)

    assert (changed, ended) == (["Atelier podcast"], ["Atelier podcast du samedi"])
    assert added[0] > now
    for closure in closures:
        assert any(closure.first_on <= on <= closure.last_on for on in skipped), closure.name
    assert {closure.place_id is None for closure in closures} == {True, False}
    assert {Change.CANCELLED, Change.MOVED} <= {each.change for each in to_call}
    assert not breaches


def _has_spoken(database: Database) -> None:
    """Each kind of message is there, each state but those that last for seconds, and each thing to see to."""
    with database.read() as tx:
        kinds = set(tx.scalars(select(Notice.kind)))
        states = set(tx.scalars(select(Notice.state)))
        ways = set(tx.scalars(select(Notice.went_by)))
        tasks = list(tx.scalars(select(ContactTask.kind)))

    assert kinds == set(Said)
    assert states == set(State) - {State.CLAIMED, State.SENDING}
    assert ways == {Channel.MAIL, Channel.SMS, None}
    assert Counter(tasks) == dict.fromkeys(TaskKind, 1) | {TaskKind.RAN_OUT: 2}


def _first_is_mine(views: Sequence[SessionView]) -> bool:
    return next(each for each in views if each.kind is Kind.LAW_ACCESS).my_shift is not None


def _acts(database: Database) -> int:
    with database.read() as tx:
        return tx.scalar(select(func.count()).select_from(AuditEntry)) or 0


def _picture(database: Database) -> list[tuple[datetime, int, str]]:
    with database.read() as tx:
        query = select(Appointment.starts_at, Appointment.desk, Appointment.language)
        ordered = query.order_by(Appointment.starts_at, Appointment.desk, Appointment.language)
        return [(row.starts_at, row.desk, row.language) for row in tx.execute(ordered)]
