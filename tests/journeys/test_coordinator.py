"""The coordinator's story: what is to settle, and sessions that move, stop and find their crew."""

from __future__ import annotations

from datetime import date

from playwright.sync_api import expect

from clinic.domain.sessions import Kind
from tests.journeys.conftest import Newcomer
from tests.journeys.house import House

FRIDAY = date(2026, 11, 27)
IN_A_WEEK = date(2026, 12, 4)


def test_she_sees_what_is_to_settle_and_the_board_of_the_week(house: House, newcomer: Newcomer) -> None:
    coordinator = newcomer()

    coordinator.sign_in("coordinator")
    to_settle = coordinator.main.locator("section[aria-labelledby=to-settle]")
    expect(to_settle).to_contain_text(coordinator.words.many("%(num)d lawyer missing", "%(num)d lawyers missing", 1))
    coordinator.go("/agenda/2026-W48")

    rows = coordinator.main.locator("table.board tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text(coordinator.words("runs"))
    expect(rows.first).to_contain_text("Avocate 1")
    booked = len(house.aliases(house.session(Kind.LAW_ACCESS, FRIDAY)))
    filling = coordinator.words("%(booked)s of %(capacity)s booked", booked=booked, capacity=12)
    expect(rows.first).to_contain_text(filling)


def test_she_walks_through_the_weeks(newcomer: Newcomer) -> None:
    coordinator = newcomer()
    coordinator.sign_in("coordinator")
    coordinator.go("/agenda/2026-W48")

    coordinator.follow("Next")
    coordinator.follow("Next")
    there = coordinator.path
    coordinator.follow("This week")

    assert (there, coordinator.path) == ("/agenda/2026-W50", "/agenda/2026-W47")


def test_she_places_somebody_from_the_hole_on_the_board(house: House, newcomer: Newcomer) -> None:
    coordinator = newcomer()
    coordinator.sign_in("coordinator")

    coordinator.go("/agenda/2026-W49")
    missing = coordinator.words.many("%(num)d lawyer missing", "%(num)d lawyers missing", 1)
    coordinator.activate(coordinator.main.locator("a.hole", has_text=missing).first)
    coordinator.follow("Place somebody")
    coordinator.press("Put on the crew")
    expect(coordinator.page.locator(".errors")).to_be_visible()
    first_lawyer = coordinator.main.locator("option[value^='lawyer.']").first
    coordinator.fill({"who": first_lawyer.get_attribute("value") or ""})
    coordinator.press("Put on the crew")

    assert coordinator.path == f"/sessions/{house.session(Kind.LAW_ACCESS, IN_A_WEEK)}"
    expect(coordinator.said).to_contain_text(coordinator.words("This person is on the crew."))
    expect(coordinator.main.locator("p.tags .tag.missing")).to_have_count(0)


def test_a_session_moves_with_its_appointments_and_nothing_is_dropped_silently(
    house: House, newcomer: Newcomer
) -> None:
    morning, night = house.session(Kind.LAW_ACCESS, FRIDAY), house.session(Kind.BUS, FRIDAY)
    aliases = house.aliases(morning)
    coordinator = newcomer()
    coordinator.sign_in("coordinator")
    coordinator.go(f"/rota/sessions/{night}/assign")
    coordinator.main.locator("select").select_option(
        label=_offered(coordinator.main.locator("option").all_inner_texts())
    )
    coordinator.press("Put on the crew")

    coordinator.go(f"/sessions/{morning}")
    coordinator.follow("Move")
    coordinator.fill({"on": "2026-11-27", "starts": "20:00", "ends": "20:30"})
    coordinator.press("See what would change")
    expect(coordinator.main).to_contain_text(coordinator.words("Appointments outside the new time"))
    expect(coordinator.main).to_contain_text(aliases[-1])
    expect(coordinator.button("Move the session")).to_have_count(0)

    coordinator.follow("Choose another time")
    coordinator.fill({"on": "2026-11-27", "starts": "18:00", "ends": "21:00"})
    coordinator.press("See what would change")
    expect(coordinator.main.locator("section.card.short")).to_contain_text("Médiatrice 1")
    for alias in aliases:
        expect(coordinator.main).to_contain_text(alias)
    coordinator.press("Move the session")

    assert coordinator.path == f"/sessions/{morning}"
    expect(coordinator.main).to_contain_text(coordinator.words("moved"))
    crew = coordinator.main.locator("ul.rows").first
    expect(crew).not_to_contain_text("Médiatrice 1")
    expect(crew).to_contain_text("Avocate 1")
    expect(crew.locator(".tag.missing").first).to_have_text(coordinator.words("to confirm"))
    assert house.aliases(morning) == aliases


def test_she_cancels_with_a_reason_and_takes_it_back(house: House, newcomer: Newcomer) -> None:
    session_id = house.session(Kind.LAW_ACCESS, FRIDAY)
    aliases = house.aliases(session_id)
    coordinator = newcomer()
    coordinator.sign_in("coordinator")
    coordinator.go(f"/sessions/{session_id}")

    coordinator.follow("Cancel the session")
    expect(coordinator.main).to_contain_text(aliases[0])
    coordinator.press("Cancel the session")
    expect(coordinator.page.locator(".errors")).to_be_visible()
    coordinator.fill({"reason": ["weather"]})
    coordinator.press("Cancel the session")
    expect(coordinator.main.locator(".tag.stop").first).to_have_text(coordinator.words("cancelled"))
    expect(coordinator.main).to_contain_text(coordinator.words("Weather"))
    coordinator.press("Undo", coordinator.said)

    expect(coordinator.said).to_contain_text(coordinator.words("The session takes place after all."))
    expect(coordinator.main.locator(".tag.stop")).to_have_count(0)
    assert house.aliases(session_id) == aliases


def test_she_adds_a_place(newcomer: Newcomer) -> None:
    coordinator = newcomer()
    coordinator.sign_in("coordinator")
    coordinator.go("/places")

    coordinator.follow("Add a place")
    coordinator.fill({"name": "Local d’été", "area": "Paris 19e"})
    coordinator.press("Add this place")
    expect(coordinator.page.locator(".errors")).to_be_visible()
    expect(coordinator.main.locator("[name=name]")).to_have_value("Local d’été")
    coordinator.fill({"spot": "1 place Exemple", "publicity": ["told_late"]})
    coordinator.press("Add this place")

    expect(coordinator.said).to_contain_text(coordinator.words("The place is added."))
    expect(coordinator.main).to_contain_text("1 place Exemple")


def _offered(options: list[str]) -> str:
    """The choice that names the first mediator."""
    return next(each for each in options if each.startswith("Médiatrice 1 "))
