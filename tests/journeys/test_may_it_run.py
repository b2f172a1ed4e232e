"""The time to decide comes and a lawyer is missing: one question, an answer, and a session that runs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from playwright.sync_api import Locator, expect

from clinic.domain.sessions import Kind
from clinic.domain.timing import UNDO_FOR
from tests.journeys import post
from tests.journeys.conftest import Newcomer
from tests.journeys.house import House
from tests.journeys.post import Post
from tests.journeys.walk import Walk
from tests.notices import mailbox

pytestmark = pytest.mark.parametrize(("width", "language"), [(360, "fr")])
FRIDAY_ON = date(2026, 11, 27)
NOBODY_YET_ON = date(2026, 12, 3)  # a session that needs one mediator
WEDNESDAY = datetime(2026, 11, 25, 17, tzinfo=UTC)  # six o'clock in Paris, two days before
MINUTE = timedelta(minutes=1)
SLOTS = {"word": "Soir", "day": "vendredi 27 novembre", "time": "19h30"}
QUESTION = "Agenda question: %(word)s, %(day)s, %(time)s. Please decide in the application."
PROPOSAL = "Agenda proposal: %(word)s, %(day)s, %(time)s. Answer in the application."
NOTED = "Noted in your agenda: %(word)s, %(day)s, %(time)s. Details in the application."
FILLED = "Agenda proposal filled: %(word)s, %(day)s, %(time)s. Nothing to do, thank you."
CANNOT_ANSWER = {"newlawyer", "lawyer21"}  # one comes for the first time, one has no password yet


@pytest.fixture
def letters(house: House) -> Iterator[Post]:
    """The post a minute before it is time to decide about a bus that lacks one of two lawyers."""
    with mailbox.opened() as server:
        yield post.opened(house, server, at=WEDNESDAY - MINUTE)


def test_she_is_asked_once_asks_again_and_it_runs(newcomer: Newcomer, letters: Post) -> None:
    coordinator, lawyer = newcomer(), newcomer()
    words = coordinator.words

    assert [letters.work(after=each) for each in (MINUTE, UNDO_FOR, UNDO_FOR)] == [
        {},
        {"coordinator": [words(QUESTION, **SLOTS)]},
        {},
    ]
    coordinator.sign_in("coordinator")
    _open(coordinator)
    coordinator.press("Ask again", _question(coordinator))
    expect(coordinator.said).to_contain_text(words("People are asked now, a few at a time."))
    asked = letters.work(after=UNDO_FOR)
    assert list(asked.values()) == [[words(PROPOSAL, **SLOTS)]] * 3
    yes, *others = sorted(asked, key=lambda each: each in CANNOT_ANSWER)
    lawyer.sign_in(yes)
    lawyer.press("I take it", lawyer.main.locator(".card.next", has=lawyer.page.locator("a[href^='/rota/asks/']")))
    expect(lawyer.said).to_contain_text(words("Thank you: you are on the crew."))

    coordinator.page.reload()
    coordinator.look()
    expect(coordinator.main.locator(".tag.ok", has_text=words("runs"))).to_be_visible()
    expect(_question(coordinator)).to_have_count(0)
    noted, filled = words(NOTED, **SLOTS), words(FILLED, **SLOTS)
    assert letters.work(after=UNDO_FOR) == {yes: [noted], **{each: [filled] for each in others}}
    assert letters.work(after=UNDO_FOR) == {}


def test_she_lets_it_run_with_fewer_people_and_thinks_again(newcomer: Newcomer, letters: Post) -> None:
    coordinator = newcomer()
    words = coordinator.words
    with_fewer = coordinator.main.locator(
        ".tag.ok", has_text=words.many("runs with %(num)d fewer", "runs with %(num)d fewer", 1)
    )
    letters.work(after=MINUTE)
    coordinator.sign_in("coordinator")
    _open(coordinator)

    coordinator.press("Run short", _question(coordinator))
    expect(coordinator.said).to_contain_text(words("It is decided: the session runs with fewer people."))
    expect(with_fewer).to_be_visible()
    coordinator.press("Undo", coordinator.said)
    expect(coordinator.said).to_contain_text(words("The decision is open again."))
    expect(with_fewer).to_have_count(0)
    coordinator.press("Run short", _question(coordinator))
    assert [letters.work(after=UNDO_FOR) for _ in range(2)] == [{}, {}]

    coordinator.press("Decide again")
    expect(_question(coordinator)).to_be_visible()
    question = {"coordinator": [words(QUESTION, **SLOTS)]}
    assert [letters.work(after=UNDO_FOR) for _ in range(3)] == [{}, question, {}]


def test_who_comes_for_the_first_time_reads_for_whom_the_last_place_is_kept(house: House, newcomer: Newcomer) -> None:
    new, experienced = newcomer(), newcomer()
    session = f"/sessions/{house.session(Kind.OTHER, NOBODY_YET_ON)}"
    kept = new.words(
        "For your first time you come with someone who has been before. The last place is kept for her or him. "
        "Take another date, or ask the coordinator."
    )

    new.sign_in("newmediator")
    new.go(session)
    expect(new.main).to_contain_text(kept)
    expect(new.button("I take it")).to_have_count(0)

    experienced.sign_in("mediator")
    experienced.go(session)
    expect(experienced.main).not_to_contain_text(kept)
    expect(experienced.button("I take it")).to_be_visible()


def _open(coordinator: Walk) -> None:
    """From her first page: what is to settle first is the bus."""
    words = coordinator.words
    row = coordinator.main.locator("section.short li", has_text="Bus de la Solidarité").first
    expect(row.locator(".tag.stop")).to_have_text(words("cannot run: decide"))
    coordinator.activate(row.locator("a"))
    expect(_question(coordinator)).to_contain_text(words("May it run?"))


def _question(coordinator: Walk) -> Locator:
    return coordinator.main.locator("section.card.short", has=coordinator.page.locator("#may-it-run"))
