"""Tonight does not take place: undone in time nobody hears of it, else everybody reads it, in order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta

import pytest
from playwright.sync_api import Locator, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.domain.contacts import Channel, Helped
from clinic.domain.people import Role, SignedIn
from clinic.domain.segments import as_sms
from clinic.domain.sessions import Kind
from clinic.domain.times import to_local
from clinic.domain.timing import UNDO_TONIGHT_FOR
from clinic.models import Beneficiary, Person
from clinic.queries import appointments, readers, rota
from clinic.services import interpreting
from tests import make
from tests.journeys import post
from tests.journeys.conftest import Newcomer
from tests.journeys.house import House
from tests.journeys.post import Post, Read
from tests.journeys.walk import Walk
from tests.notices import gateway, mailbox

pytestmark = pytest.mark.parametrize(("width", "language"), [(360, "fr")])
FRIDAY_ON = date(2026, 11, 27)
MONDAY = datetime(2026, 11, 23, 10, tzinfo=UTC)
AFTERNOON = datetime(2026, 11, 27, 15, tzinfo=UTC)  # the bus leaves at half past seven
SECOND = timedelta(seconds=1)
SLOTS = {"word": "Soir", "day": "vendredi 27 novembre", "time": "19h30"}
OFF = "Agenda change: %(word)s, %(day)s, %(time)s, does not take place."
ON = "Agenda change: %(word)s, %(day)s, %(time)s, takes place after all."
FREED = "Agenda proposal withdrawn: %(word)s, %(day)s, %(time)s."
CANCELLED = "Cancelled: appointment on %(day)s at %(time)s."
RESTORED = "Going ahead after all: appointment on %(day)s at %(time)s.%(farewell)s"
TO_DO = "Agenda, to do now: %(word)s, %(day)s, %(time)s. Details in the application."
INTERPRETER = "interpreter4"
BY_SMS = "Cèdre"  # the first of those who have an appointment; the others are called


@pytest.fixture
def letters(house: House) -> Iterator[Post]:
    """The post on the afternoon before a bus with a crew, appointments, and an interpreter who accepted."""
    with house.database.write() as tx:
        session_id, by = house.session(Kind.BUS, FRIDAY_ON), _person(tx, "mediator", Role.MEDIATOR)
        interpreter = _person(tx, INTERPRETER, Role.INTERPRETER)
        need_id = make.make_need(tx, session_id, by=by, now=MONDAY)
        offer_id = make.make_offer(tx, need_id, interpreter, now=MONDAY)
        interpreting.accept(tx, offer_id, by=interpreter, now=MONDAY)
    with mailbox.opened() as server, gateway.opened() as door:
        yield post.opened(house, server, at=AFTERNOON, gateway=door)


def test_tonight_is_cancelled_undone_cancelled_again_and_restored(
    house: House, newcomer: Newcomer, letters: Post
) -> None:
    coordinator, mediator, interpreter = newcomer(), newcomer(), newcomer()
    session_id = house.session(Kind.BUS, FRIDAY_ON)
    crew, names = _crew(house, session_id)
    (first, *aliases), (first_at, *times) = house.aliases(session_id), _times(house, session_id)
    assert first == BY_SMS
    off, on, freed, to_do = (coordinator.words(each, **SLOTS) for each in (OFF, ON, FREED, TO_DO))
    off_for_her, on_for_her = (_to_her(coordinator, each, first_at) for each in (CANCELLED, RESTORED))
    on_duty = [name for name, role in crew.items() if role is Role.MEDIATOR]
    concerned, said = [*names, *aliases], [off, freed, off_for_her]

    coordinator.sign_in("coordinator")
    _cancel(coordinator, concerned, said)
    house.clock.set(house.clock.now + UNDO_TONIGHT_FOR - SECOND)
    _undo(coordinator)
    assert letters.work(after=2 * UNDO_TONIGHT_FOR) == {}
    interpreter.sign_in(INTERPRETER)
    expect(interpreter.main.locator(".tag.ok")).to_have_text(interpreter.words("you said yes"))
    coordinator.go("/calls")
    expect(_calls(coordinator, session_id)).to_have_count(0)

    _cancel(coordinator, concerned, said)
    assert letters.work(after=UNDO_TONIGHT_FOR - SECOND) == {}
    told = {**{name: [off] for name in crew}, **{name: [off, to_do] for name in on_duty}, INTERPRETER: [freed]}
    assert letters.work(after=SECOND) == _as_read(house, {**told, BY_SMS: [off_for_her]})
    mediator.sign_in(on_duty[0])
    _call(mediator, session_id, aliases, times[0])
    coordinator.go(f"/sessions/{session_id}")
    coordinator.press("It takes place after all")
    expect(coordinator.said).to_contain_text(coordinator.words("Ask the interpreters again: they were freed."))
    assert letters.work(after=UNDO_TONIGHT_FOR - SECOND) == {}
    restored = {**{name: [on] for name in crew}, **{name: [on, to_do] for name in on_duty}, BY_SMS: [on_for_her]}
    assert letters.work(after=SECOND) == _as_read(house, restored)
    assert letters.work(after=timedelta(hours=1)) == {}

    mediator.go("/calls")
    mediator.open_again()
    _find_the_call(mediator, session_id, aliases[0], times[0])


def _find_the_call(mediator: Walk, session_id: str, alias: str, time: str) -> None:
    mediator.go("/calls")
    expect(_calls(mediator, session_id).locator("h3 bdi")).to_have_text([alias])
    say = "Say: the appointment takes place after all, on %(day)s at %(time)s."
    expect(_calls(mediator, session_id)).to_contain_text(mediator.words(say, day=SLOTS["day"], time=time))


def _undo(coordinator: Walk) -> None:
    coordinator.press("Undo", coordinator.said)
    expect(coordinator.said).to_contain_text(coordinator.words("The session takes place after all."))
    expect(coordinator.main.locator(".tag.stop", has_text=coordinator.words("cancelled"))).to_have_count(0)


def _cancel(coordinator: Walk, concerned: list[str], said: list[str]) -> None:
    """From her first page, in one act: she reads before what is said to whom."""
    words = coordinator.words
    coordinator.go("/agenda")
    coordinator.follow("It does not take place")
    expect(coordinator.main.get_by_role("heading", level=1)).to_have_text(words("Cancel tonight?"))
    expect(coordinator.main.locator("blockquote")).to_have_text(said)
    assert sorted(coordinator.main.locator("form bdi").all_inner_texts()) == sorted(concerned)
    coordinator.fill({"reason": ["crew"]})
    coordinator.press("Cancel and tell everybody")
    expect(coordinator.said).to_contain_text(words("The session is cancelled."))


def _call(mediator: Walk, session_id: str, aliases: list[str], first_at: str) -> None:
    """From her first page: the first is told, the second is not reached."""
    words, calls = mediator.words, _calls(mediator, session_id)
    expect(mediator.main).to_contain_text(words("By telephone only: nothing in writing."))
    mediator.follow("Calls to make")
    expect(calls.locator("h3 bdi")).to_have_text(aliases)
    say = words("Say: the appointment of %(day)s at %(time)s does not take place.", day=SLOTS["day"], time=first_at)
    expect(calls.first).to_contain_text(say)

    mediator.press("Told", calls.first)
    expect(mediator.said).to_contain_text(words("Noted: told. Thank you."))
    mediator.press("Not reached", calls.first)
    expect(mediator.said).to_contain_text(words("Noted: not reached. It stays on the list, to be tried again."))
    expect(calls.locator("h3 bdi")).to_have_text(aliases[1:])
    expect(calls.first.locator(".tag.missing")).to_have_text(words("not reached: try again"))


def _calls(walk: Walk, session_id: str) -> Locator:
    """The calls to make because of this session."""
    return walk.main.locator("section", has=walk.page.locator(f"#s-{session_id}")).locator(".card.call")


def _times(house: House, session_id: str) -> list[str]:
    """When the appointments of a session are, in order, as they are written in French."""
    with house.database.read() as tx:
        starts = sorted(each.starts_at for each in appointments.standing(tx, session_id))
    return [f"{to_local(each):%H h %M}" for each in starts]


def _to_her(walk: Walk, sentence: str, at: str) -> str:
    """What one who is helped reads."""
    return walk.words(sentence, day=SLOTS["day"], time=at.replace(" ", ""), farewell="")


def _as_read(house: House, said: Mapping[str, list[str]]) -> Read:
    """What was said to whom as it is read: of those who chose SMS under their number, in its alphabet."""
    with house.database.read() as tx:
        people = dict(tx.execute(select(Person.sign_in_name, Person.id)).all())
        helped = dict(tx.execute(select(Beneficiary.alias, Beneficiary.id)).all())
        who = {name: people.get(name) or Helped(helped[name]) for name in said}
        reach = {name: readers.reader(tx, who[name]).reach for name in said}
    numbers = {name: each.choice.number for name, each in reach.items() if each and each.choice.channel is Channel.SMS}
    by_mail = {name: lines for name, lines in said.items() if name not in numbers}
    return {**by_mail, **{number: [as_sms(each) for each in said[name]] for name, number in numbers.items() if number}}


def _crew(house: House, session_id: str) -> tuple[dict[str, Role], list[str]]:
    """The roles of a session's crew by sign-in name, and its names as they are shown."""
    with house.database.read() as tx:
        people = {tx.get_one(Person, each.person_id): each.role for each in rota.live_shifts(tx, session_id)}
        roles = {person.sign_in_name: role for person, role in people.items()}
        return roles, [person.name for person in people]


def _person(tx: Session, name: str, role: Role) -> SignedIn:
    person = tx.scalars(select(Person).where(Person.sign_in_name == name)).one()
    return SignedIn(person.id, person.name, frozenset({role}), None)
