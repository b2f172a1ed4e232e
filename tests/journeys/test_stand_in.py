"""A lawyer cannot come after all: she stays responsible until somebody takes over, and each reads how it ended."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from playwright.sync_api import Locator, expect
from sqlalchemy import select

from clinic.domain.people import Role, SignedIn
from clinic.domain.sessions import Kind
from clinic.domain.timing import UNDO_FOR
from clinic.models import Person
from clinic.services import searches
from tests.journeys import keyboard, post
from tests.journeys.conftest import Newcomer
from tests.journeys.house import House
from tests.journeys.post import Post
from tests.journeys.walk import Walk
from tests.notices import mailbox

pytestmark = pytest.mark.parametrize(("width", "language"), [(360, "fr")])
THURSDAY = datetime(2026, 11, 26, 9, tzinfo=UTC)  # too late to give a shift of Friday back
FRIDAY_ON = date(2026, 11, 27)
UNASKED = ("newlawyer", "lawyer21")  # one comes for the first time, one has no password yet
SLOTS = {"word": "Matin", "day": "vendredi 27 novembre", "time": "09h30"}
PROPOSAL = "Agenda proposal: %(word)s, %(day)s, %(time)s. Answer in the application."
FREE = "Somebody takes over: %(word)s, %(day)s, %(time)s. You are free, thank you."
NOTED = "Noted in your agenda: %(word)s, %(day)s, %(time)s. Details in the application."
FILLED = "Agenda proposal filled: %(word)s, %(day)s, %(time)s. Nothing to do, thank you."
DIGEST = "Agenda, %(day)s: %(items)s. Details in the application."


@pytest.fixture
def letters(house: House) -> Iterator[Post]:
    """The post on the day before a session with one lawyer."""
    with mailbox.opened() as server:
        letters = post.opened(house, server, at=THURSDAY)
        session_id = house.session(Kind.LAW_ACCESS, FRIDAY_ON)
        with house.database.write() as tx:
            for person in tx.scalars(select(Person).where(Person.sign_in_name.in_(UNASKED))):
                by = SignedIn(person.id, person.name, frozenset({Role.LAWYER}), None)
                searches.recuse(tx, session_id, by=by, now=THURSDAY)
        yield letters


def test_a_lawyer_looks_for_a_stand_in_and_the_first_to_say_yes_takes_over(newcomer: Newcomer, letters: Post) -> None:
    lawyer, declining, accepting, late = newcomer(), newcomer(has_scripts=False), newcomer(), newcomer()
    words = lawyer.words

    _look_for_a_stand_in(lawyer)
    asked = letters.work(after=UNDO_FOR)
    assert list(asked.values()) == [[words(PROPOSAL, **SLOTS)]] * 3
    no, yes, third = sorted(asked)

    declining.sign_in(no)
    declining.press("I cannot", _asked(declining))
    said = words("Thank you for saying so. Somebody else will be asked.")
    expect(declining.said).to_contain_text(said)
    expect(_asked(declining)).to_have_count(0)

    late.sign_in(third)
    late.activate(_asked(late).locator("h3 a"))
    expect(late.main).to_contain_text(
        words("Can you come? The first who says yes takes it. No reason is needed for a no.")
    )
    _accept_by_keyboard(accepting, yes)
    late.press("I take it")
    expect(late.main.get_by_role("status")).to_have_text(words("Somebody else has taken it. Thank you."))
    expect(late.button("I take it")).to_have_count(0)

    assert dict(letters.work(after=UNDO_FOR)) == {
        "lawyer": [words(FREE, **SLOTS)],
        yes: [words(NOTED, **SLOTS)],
        third: [words(FILLED, **SLOTS)],
    }
    _is_free(lawyer)
    reminded = letters.work(after=timedelta(hours=4))
    assert reminded[yes] == [words(DIGEST, day=SLOTS["day"], items=f"{SLOTS['word']} {SLOTS['time']}")]
    assert not {"lawyer", no, third} & reminded.keys()


def _look_for_a_stand_in(lawyer: Walk) -> None:
    """From her first page: she reads that she stays responsible, before and after."""
    words = lawyer.words
    lawyer.sign_in("lawyer")
    lawyer.follow("Open the session")
    expect(lawyer.button("I give it back")).to_have_count(0)
    lawyer.follow("I cannot come: look for a stand-in")
    responsible = words("You come unless somebody takes over: until then you are responsible.")
    expect(lawyer.main).to_contain_text(responsible)
    lawyer.press("Look for a stand-in")

    said = words("People are asked now. The shift is not free until somebody takes over.")
    expect(lawyer.said).to_contain_text(said)
    card = lawyer.main.locator(".card.short")
    expect(card).to_contain_text(words.many("%(num)d person was asked.", "%(num)d people were asked.", 3))
    expect(card).to_contain_text(words("You come unless somebody takes over."))
    expect(_on_crew(lawyer)).to_be_visible()


def _accept_by_keyboard(accepting: Walk, name: str) -> None:
    """Sign in, open what one is asked, and say yes."""
    keyboard.sign_in(accepting, name)
    keyboard.step_to(accepting, _asked(accepting).locator("h3 a"))
    keyboard.enter(accepting)
    keyboard.step_to(accepting, accepting.button("I take it"))
    keyboard.enter(accepting)

    expect(accepting.said).to_be_focused()
    expect(accepting.said).to_contain_text(accepting.words("Thank you: you are on the crew."))
    expect(_on_crew(accepting)).to_be_visible()


def _is_free(lawyer: Walk) -> None:
    """She is on the crew no more, looks for nobody, and is not asked to help there."""
    session = lawyer.path
    lawyer.page.reload()
    lawyer.look()
    expect(_on_crew(lawyer)).to_have_count(0)
    expect(lawyer.main.locator(".card.short")).to_have_count(0)
    lawyer.go("/agenda")
    expect(lawyer.main).not_to_contain_text(lawyer.words("You are looking for a stand-in"))
    expect(lawyer.main.locator(f"a[href='{session}']")).to_have_count(0)


def _asked(walk: Walk) -> Locator:
    """The card of what she is asked for Friday."""
    return walk.main.locator("div.card.next", has=walk.page.locator("a[href^='/rota/asks/']"))


def _on_crew(walk: Walk) -> Locator:
    return walk.main.locator(".tag.ok", has_text=walk.words("you are on the crew"))
