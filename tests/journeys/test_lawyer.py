"""A volunteer lawyer's story, on her phone or at her desk: what is next, what is open, who comes."""

from __future__ import annotations

from datetime import date, timedelta

from playwright.sync_api import expect

from clinic.domain.sessions import Kind
from tests.journeys.conftest import Newcomer
from tests.journeys.house import House
from tests.make import FRIDAY

FRIDAY_ON = date(2026, 11, 27)


def test_she_sees_first_what_is_next_and_how_to_get_there(newcomer: Newcomer) -> None:
    lawyer = newcomer()

    lawyer.sign_in("lawyer")

    following = lawyer.main.locator(".card.next:not(:has([href^='/rota/asks/']))")
    expect(following.locator("time.tile")).to_have_attribute("datetime", "2026-11-27")
    expect(following).to_contain_text("2 rue de Suez, 75018 Paris")
    directions = lawyer.link("Directions", following)
    expect(directions).to_have_attribute(
        "href", "https://www.openstreetmap.org/search?query=2%20rue%20de%20Suez%2C%2075018%20Paris"
    )
    expect(directions).to_have_attribute("rel", "noreferrer")


def test_she_takes_an_open_shift_gives_it_back_and_takes_it_again(newcomer: Newcomer) -> None:
    lawyer = newcomer()
    lawyer.sign_in("lawyer")
    lawyer.follow("To fill", lawyer.page.get_by_role("navigation", name=lawyer.words("Main")))
    is_mine = lawyer.words("you are on the crew")

    lawyer.press("I take it")
    session = lawyer.path
    expect(lawyer.said).to_contain_text(lawyer.words("Thank you: you are on the crew."))
    expect(lawyer.main.locator(".tag.ok", has_text=is_mine)).to_be_visible()
    lawyer.press("I give it back")
    expect(lawyer.said).to_contain_text(lawyer.words("You gave this shift back."))
    lawyer.press("Undo", lawyer.said)

    assert lawyer.path == session
    expect(lawyer.main.locator(".tag.ok", has_text=is_mine)).to_be_visible()


def test_the_exact_spot_of_the_bus_is_told_to_its_crew_alone(house: House, newcomer: Newcomer) -> None:
    lawyer = newcomer()
    lawyer.sign_in("lawyer")
    lawyer.go(f"/sessions/{house.session(Kind.BUS, FRIDAY_ON)}")

    expect(lawyer.main).not_to_contain_text("Route du Champ de Manœuvre")
    lawyer.press("I take it")

    expect(lawyer.main).to_contain_text("Route du Champ de Manœuvre")


def test_S03_she_sees_who_comes_from_twelve_hours_before(house: House, newcomer: Newcomer) -> None:
    session_id = house.session(Kind.LAW_ACCESS, FRIDAY_ON)
    aliases = house.aliases(session_id)
    lawyer = newcomer()

    house.clock.set(FRIDAY - timedelta(hours=13))
    lawyer.sign_in("lawyer")
    lawyer.go(f"/sessions/{session_id}")
    for alias in aliases:
        expect(lawyer.main).not_to_contain_text(alias)
    expect(lawyer.main.locator(".slot")).to_have_count(0)

    house.clock.set(FRIDAY - timedelta(hours=10))
    lawyer.go(f"/sessions/{session_id}")
    lawyer.open_again()
    taken = lawyer.main.locator("a.slot.taken")
    expect(taken.locator("bdi")).to_have_text(aliases)
    name = aliases[0]
    about = taken.first.locator("small").inner_text().split(" · ")
    lawyer.activate(taken.first)
    expect(lawyer.main.get_by_role("heading", level=1)).to_have_text(name)
    for word in about:
        expect(lawyer.main.locator("dl")).to_contain_text(word)
