"""On Thursday, one mail says all of the Friday to those who work then."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.db import Database
from clinic.domain.notices import Kind, State
from clinic.domain.people import Role, SignedIn
from clinic.domain.sessions import CancelReason
from clinic.models import Notice, Shift
from clinic.notices import words
from clinic.queries.outbox import Letter
from clinic.services import programme, rota
from clinic.services.outbox import Claim, Fate, begin, claim, settle
from clinic.services.valves import Round
from tests.make import FRIDAY, NOW, give_address, make_person, make_series, make_session, make_shift

THURSDAY = datetime(2026, 11, 26, 13, tzinfo=UTC)  # 14:00 in Paris
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def _friday(tx: Session, hours: tuple[int, ...] = (10, 0, 5)) -> tuple[SignedIn, list[str]]:
    """A mediator with three shifts on Friday, planned in no order: at 19:30, 09:30 and 14:30."""
    mediator = make_person(tx, Role.MEDIATOR, Role.COORDINATOR, language="en")
    give_address(tx, mediator.id)
    shifts = []
    for each in hours:
        series_id = make_series(tx, agenda_words=(f"Mot {each}", f"Word {each}"))
        session_id = make_session(tx, series_id=series_id, starts_at=FRIDAY + each * HOUR, hours=2)
        shifts.append(make_shift(tx, session_id, mediator))
    for notice in tx.scalars(select(Notice).where(Notice.kind != Kind.DIGEST)):
        notice.state = State.SENT
    return mediator, shifts


def _give_back(tx: Session, mediator: SignedIn, shift_id: str, now: datetime) -> None:
    rota.give_back(tx, shift_id, by=mediator, now=now)
    for notice in tx.scalars(select(Notice).where(Notice.kind == Kind.SHIFT_GIVEN_BACK)):
        notice.state = State.SENT


def _work(tx: Session, now: datetime, fate: Fate = Fate.SENT) -> list[str]:
    """What a worker sends until nothing is due."""
    said: list[str] = []
    for _ in range(20):
        claimed = claim(tx, now=now)
        if claimed is None:
            return said
        letter = begin(tx, claimed, Round(), now=now)
        if isinstance(letter, Letter):
            settle(tx, claimed, fate, None, now=now)
            said.append(words.text(letter.facts))
    raise AssertionError("the outbox does not come to an end")


def _states(tx: Session) -> list[tuple[State, str | None]]:
    found = tx.scalars(select(Notice).where(Notice.kind == Kind.DIGEST).order_by(Notice.state, Notice.starts_at))
    return [(each.state, each.code) for each in found]


def test_all_of_the_friday_is_one_mail_in_order(each_db: Database) -> None:
    with each_db.write() as tx:
        _friday(tx)

        early, said = _work(tx, THURSDAY - MINUTE), _work(tx, THURSDAY)

        (text,) = said
        places = [text.index(each) for each in ("Word 0 09:30", "Word 5 14:30", "Word 10 19:30")]
        assert (early, places) == ([], sorted(places))
        assert _states(tx) == [(State.SENT, None), *[(State.SKIPPED, "said_already")] * 2]


def test_what_was_given_back_is_not_named(each_db: Database) -> None:
    with each_db.write() as tx:
        mediator, shifts = _friday(tx)
        _give_back(tx, mediator, shifts[1], NOW + HOUR)

        (text,) = _work(tx, THURSDAY)

        assert "Word 0 " not in text
        assert "Word 5 14:30" in text
        assert "Word 10 19:30" in text


def test_when_all_is_given_back_nothing_goes(each_db: Database) -> None:
    with each_db.write() as tx:
        mediator, shifts = _friday(tx)
        for shift_id in shifts:
            _give_back(tx, mediator, shift_id, NOW + HOUR)

        assert _work(tx, THURSDAY) == []


def test_a_session_called_off_is_not_named_and_named_again_when_that_is_undone(each_db: Database) -> None:
    with each_db.write() as tx:
        mediator, shifts = _friday(tx)
        session_id = tx.get_one(Shift, shifts[1]).session_id
        programme.cancel(tx, session_id, CancelReason.CREW, by=mediator, now=NOW + HOUR)
        named = [each.starts_at for each in _waiting(tx)]

        programme.restore(tx, session_id, by=mediator, now=NOW + HOUR + MINUTE)

        assert named == [FRIDAY + 5 * HOUR, FRIDAY + 10 * HOUR]
        (text,) = _work(tx, THURSDAY)
        assert "Word 0 09:30" in text


def test_when_the_first_failed_the_second_says_it(each_db: Database) -> None:
    with each_db.write() as tx:
        _friday(tx)
        claimed = claim(tx, now=THURSDAY)
        assert isinstance(claimed, Claim)
        assert begin(tx, claimed, Round(), now=THURSDAY)
        settle(tx, claimed, Fate.REFUSED, "smtp_550", now=THURSDAY)

        said = _work(tx, THURSDAY)

        assert len(said) == 1
        assert sorted(state for state, _ in _states(tx)) == [State.FAILED, State.SENT, State.SKIPPED]


def test_no_second_mail_while_the_fate_of_the_first_is_awaited(each_db: Database) -> None:
    with each_db.write() as tx:
        _friday(tx)
        claimed = claim(tx, now=THURSDAY)
        assert isinstance(claimed, Claim)
        assert begin(tx, claimed, Round(), now=THURSDAY)

        assert _work(tx, THURSDAY) == []


def _waiting(tx: Session) -> list[Notice]:
    waits = select(Notice).where(Notice.kind == Kind.DIGEST, Notice.state == State.PLANNED)
    return list(tx.scalars(waits.order_by(Notice.starts_at)))
