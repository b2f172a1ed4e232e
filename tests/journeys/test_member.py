"""A member's story: she comes to a workshop, waits for a place, is told where it is; then who came is noted."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from clinic.domain.people import Role, SignedIn
from clinic.domain.sessions import Kind
from clinic.models import Person
from clinic.services import workshops
from tests.journeys.conftest import Newcomer
from tests.journeys.door import DULL_SITE
from tests.journeys.house import House
from tests.make import NOW

FULL_ON = date(2026, 12, 8)  # four seats, all taken, and two in the list
FULL_AT = datetime(2026, 12, 8, 17, 30, tzinfo=UTC)
ROOMY_ON = date(2027, 1, 12)  # moved to the Thursday
SPOT = "Salle du rez-de-chaussée"
THUMB = 48
LEFT = f"https://{DULL_SITE}/"


def test_she_registers_takes_it_back_and_registers_again(house: House, newcomer: Newcomer) -> None:
    workshop = f"/workshops/{house.session(Kind.WORKSHOP, ROOMY_ON)}"
    member = newcomer()
    member.sign_in("member")
    member.go("/workshops")

    member.activate(member.main.locator(f"h3 a[href='{workshop}']"))
    member.press("I come")
    is_registered = member.main.get_by_role("heading", name=member.words("You are registered"))
    expect(member.said).to_contain_text(member.words("You are registered."))
    expect(is_registered).to_be_visible()
    expect(member.main).to_contain_text(member.words("We tell you the place two days before, here."))
    member.press("Undo", member.said)
    expect(member.said).to_contain_text(member.words("You no longer come. Thank you for telling us."))
    expect(is_registered).to_have_count(0)
    member.press("I come")

    expect(is_registered).to_be_visible()
    member.go("/agenda")
    expect(member.main.locator(f"a[href='{workshop}']")).to_be_visible()


def test_she_waits_has_the_next_place_and_is_told_where_in_time(house: House, newcomer: Newcomer) -> None:
    workshop = f"/workshops/{house.session(Kind.WORKSHOP, FULL_ON)}"
    _leave_the_list(house, "organiser", "member")
    member, other = newcomer(), newcomer()
    member.sign_in("member")
    member.go(workshop)
    expect(member.main.locator(".tag.missing")).to_have_text(member.words("full"))

    member.press("Join the list")
    expect(member.main).to_contain_text(member.words("You are number %(number)s in the list.", number=1))
    other.sign_in("member4")
    other.go(workshop)
    other.press("I no longer come")
    expect(other.said).to_contain_text(other.words("You no longer come. Thank you for telling us."))
    member.go(workshop)
    expect(member.main.get_by_role("heading", name=member.words("You are registered"))).to_be_visible()

    house.clock.set(FULL_AT - timedelta(hours=48, minutes=1))
    member.sign_in("member")
    member.go(workshop)
    expect(member.main).not_to_contain_text(SPOT)
    house.clock.set(FULL_AT - timedelta(hours=48))
    member.go(workshop)
    expect(member.main).to_contain_text(SPOT)
    other.go(workshop)
    expect(other.main).not_to_contain_text(SPOT)

    with member.page.expect_navigation(url=LEFT):
        member.page.get_by_role("link", name=member.words("Leave"), exact=True).click()
    member.page.go_back()
    assert member.page.url in (LEFT, "about:blank")


def test_the_organiser_notes_who_came_with_a_thumb(house: House, newcomer: Newcomer) -> None:
    house.clock.set(FULL_AT + timedelta(minutes=10))
    organiser = newcomer()
    organiser.sign_in("organiser")
    organiser.go(f"/workshops/{house.session(Kind.WORKSHOP, FULL_ON)}")
    organiser.follow("Who comes")

    cards = organiser.main.locator("li.card")
    expect(cards).to_have_count(4)
    for button in cards.get_by_role("button").all():
        box = button.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= THUMB
    pressed = cards.first.locator("[aria-pressed=true]")
    organiser.press("came", cards.first)
    expect(pressed).to_have_text(organiser.words("came"))
    organiser.press("did not come", cards.first)

    expect(pressed).to_have_text(organiser.words("did not come"))
    expect(cards.first).to_be_in_viewport()


@pytest.mark.parametrize(("width", "language"), [(360, "fr"), (360, "en")])
def test_S21_without_scripts_she_registers(house: House, newcomer: Newcomer) -> None:
    member = newcomer(has_scripts=False)
    member.sign_in("member")
    member.go(f"/workshops/{house.session(Kind.WORKSHOP, ROOMY_ON)}")

    member.press("I come")
    expect(member.main.get_by_role("heading", name=member.words("You are registered"))).to_be_visible()
    member.press("I no longer come")

    expect(member.button("I come")).to_be_visible()


def _leave_the_list(house: House, *names: str) -> None:
    """Those who wait at the full workshop leave its list."""
    session_id = house.session(Kind.WORKSHOP, FULL_ON)
    with house.database.write() as tx:
        for person in tx.scalars(select(Person).where(Person.sign_in_name.in_(names))):
            member = SignedIn(person.id, person.name, frozenset({Role.MEMBER}), None)
            workshops.withdraw(tx, session_id, by=member, now=NOW)
