"""A peer mediator's story: somebody who needs a lawyer, a mediator and an interpreter at the same moment."""

from __future__ import annotations

from datetime import date, timedelta

from playwright.sync_api import expect

from clinic.domain.people import Role
from clinic.domain.sessions import Kind
from tests.journeys.conftest import Newcomer
from tests.journeys.house import House
from tests.journeys.walk import Walk
from tests.make import NOW

FRIDAY = date(2026, 11, 27)
WISH: dict[str, str | bool | list[str]] = {
    "alias": "Ẹfe", "language": "yor", "topic": "asylum", "legal": "any", "mediator": "any", "interpreter": "telephone",
}  # fmt: skip


def test_a_time_is_offered_when_all_are_free_and_each_of_them_finds_it(house: House, newcomer: Newcomer) -> None:
    session_id = house.session(Kind.LAW_ACCESS, FRIDAY)
    mediator = newcomer()
    mediator.sign_in("mediator")
    mediator.go(f"/appointments/new/{session_id}")
    mediator.fill(WISH)
    mediator.press("Book")
    expect(mediator.main.locator("h1")).to_have_text(mediator.words("Choose a time"))

    mediator.activate(mediator.main.locator(f"button.slot.free[formaction$='{session_id}']").first)

    expect(mediator.said).to_contain_text(mediator.words("The appointment is booked."))
    mediator.activate(mediator.main.locator("a.slot.taken", has_text="Ẹfe"))
    expect(mediator.main).to_contain_text(mediator.words("asked"))
    lawyers = mediator.main.get_by_text("Avocat")
    assert lawyers.count() or mediator.main.get_by_text("Juriste").count()
    house.clock.set(NOW + timedelta(days=4, hours=15))  # the evening before, within the lawyers' twelve hours
    lawyer = newcomer()
    lawyer.sign_in("lawyer")
    lawyer.go(f"/sessions/{session_id}")
    expect(lawyer.main.locator("a.slot.taken", has_text="Ẹfe")).to_have_count(1)


def test_a_refusal_says_who_is_missing_is_read_first_and_tells_nothing_of_anybody_else(
    house: House, newcomer: Newcomer
) -> None:
    session_id = house.session(Kind.LAW_ACCESS, FRIDAY)
    first, second = newcomer(), newcomer()
    on_crew = house.crew(session_id, Role.MEDIATOR)
    for mediator, account, alias in zip((first, second), on_crew, ("Ẹfe", "Osas"), strict=True):
        mediator.sign_in(account.sign_in_name)
        mediator.go(f"/appointments/new/{session_id}")
        mediator.fill({"alias": alias, "language": "fra", "legal": _lawyer_of(mediator)})
        mediator.press("Book")
    times = second.main.locator(f"button.slot.free[formaction$='{session_id}']")
    wanted = times.first.locator("b").inner_text()

    first.activate(first.main.locator(f"button.slot.free[formaction$='{session_id}']").first)
    second.activate(times.first)

    refusal = second.words(
        "At %(at)s, nobody is free as: %(missing)s.", at=wanted, missing=second.words("lawyer or legal adviser")
    )
    errors = second.page.locator(".errors")
    expect(errors).to_be_focused()
    assert _in_one_line(refusal) in _in_one_line(errors.aria_snapshot())  # what a screen reader is given of it
    assert "Ẹfe" not in second.page.content()
    expect(second.main.locator("input[name=alias]")).to_have_value("Osas")


def _lawyer_of(mediator: Walk) -> str:
    """The first of the legal team by name; the choices before are nobody in particular and anybody."""
    return mediator.main.locator("[name=legal] option").nth(2).get_attribute("value") or ""


def _in_one_line(text: str) -> str:
    return " ".join(text.split())
