"""A peer mediator's story: a time at Friday's session, for somebody who speaks Edo."""

from __future__ import annotations

from collections import Counter
from datetime import date

from playwright.sync_api import expect

from clinic.domain.sessions import Kind
from tests.journeys.conftest import Newcomer
from tests.journeys.house import House
from tests.journeys.walk import Walk

FRIDAY = date(2026, 11, 27)
ANSWERS: dict[str, str | bool | list[str]] = {"alias": "Ẹfe", "language": "bin", "topic": "asylum"}


def test_she_books_moves_cancels_and_takes_it_back(house: House, newcomer: Newcomer) -> None:
    session_id = house.session(Kind.LAW_ACCESS, FRIDAY)
    mediator = newcomer()
    mediator.sign_in("mediator")
    mediator.activate(mediator.main.locator(f"ul.rows a[href='/sessions/{session_id}']").first)

    mediator.activate(mediator.main.locator("a.slot.free").first)
    mediator.press("Book")
    expect(mediator.page.locator(".errors a")).to_have_count(1)
    mediator.fill(ANSWERS)
    mediator.press("Book")
    expect(mediator.said).to_contain_text(mediator.words("The appointment is booked."))
    hers = mediator.main.locator("a.slot.taken", has_text="Ẹfe")
    expect(hers).to_contain_text({"fr": "edo", "en": "Edo"}[mediator.language])

    mediator.activate(hers)
    mediator.follow("Move")
    mediator.fill({"to": mediator.main.locator("option[value*='.']").last.get_attribute("value") or ""})
    mediator.press("Move")
    expect(mediator.said).to_contain_text(mediator.words("The appointment is moved."))
    assert "Ẹfe" not in house.aliases(session_id)
    mediator.press("Undo", mediator.said)
    assert "Ẹfe" in house.aliases(session_id)

    mediator.activate(hers)
    mediator.press("Cancel the appointment")
    expect(hers).to_have_count(0)
    mediator.press("Undo", mediator.said)
    expect(hers).to_have_count(1)


def test_a_time_taken_meanwhile_is_refused_and_the_free_ones_are_named(house: House, newcomer: Newcomer) -> None:
    session_id = house.session(Kind.LAW_ACCESS, FRIDAY)
    mediator, other = newcomer(), newcomer()
    mediator.sign_in("mediator")
    other.sign_in("mediator2")
    last_desk = _time_with_one_desk_left(mediator, session_id)

    mediator.go(last_desk)
    other.go(last_desk)
    mediator.fill(ANSWERS)
    mediator.press("Book")
    other.fill({**ANSWERS, "alias": "Osas"})
    time = other.main.locator("[name=at] option:checked").inner_text()
    other.press("Book")

    errors = other.page.locator(".errors")
    expect(errors).to_contain_text(other.words("%(at)s was just taken.", at=time))
    here = other.main.locator(f"button.slot.free[formaction$='{session_id}']")
    expect(errors).to_contain_text(
        other.words("Free times: %(times)s.", times=", ".join(here.locator("b").all_inner_texts()))
    )
    for name, typed in {**ANSWERS, "alias": "Osas"}.items():
        expect(other.main.locator(f"[name={name}]")).to_have_value(str(typed))
    other.activate(here.first)
    expect(other.said).to_contain_text(other.words("The appointment is booked."))
    assert {"Ẹfe", "Osas"} <= set(house.aliases(session_id))


def test_two_taps_book_once(house: House, newcomer: Newcomer) -> None:
    session_id = house.session(Kind.LAW_ACCESS, FRIDAY)
    mediator = newcomer()
    mediator.sign_in("mediator")
    mediator.go(f"/sessions/{session_id}")
    mediator.activate(mediator.main.locator("a.slot.free").first)
    mediator.fill(ANSWERS)

    with mediator.page.expect_navigation():
        mediator.button("Book").dblclick()
    mediator.look()

    assert house.aliases(session_id).count("Ẹfe") == 1


def _time_with_one_desk_left(mediator: Walk, session_id: str) -> str:
    """Where a time is booked that has a single desk left."""
    mediator.go(f"/sessions/{session_id}")
    links = [link.get_attribute("href") or "" for link in mediator.main.locator("a.slot.free").all()]
    return next(link for link, desks in Counter(links).items() if desks == 1)
