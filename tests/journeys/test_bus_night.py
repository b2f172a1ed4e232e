"""A bus night from half past seven to half past midnight, on three telephones, one of which loses its network."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from playwright.sync_api import Locator, expect
from sqlalchemy import func, select

from clinic.demo import PASSWORD
from clinic.domain.people import Role
from clinic.domain.queue import VisitState
from clinic.domain.sessions import Kind
from clinic.models import Visit
from tests.journeys.conftest import Newcomer
from tests.journeys.house import House
from tests.journeys.walk import Walk

pytestmark = pytest.mark.parametrize(("width", "language"), [(360, "en")])
FRIDAY = date(2026, 11, 27)
STARTS = datetime(2026, 11, 27, 18, 30, tzinfo=UTC)  # half past seven in the evening
ENDS = STARTS + timedelta(hours=5)
MINUTE = timedelta(minutes=1)
LONGEST_PAUSE = 25 * MINUTE  # no screen is idle for longer
LOOKS = "**/now?stamp=*"
WITHIN = 5_000  # milliseconds: so soon all telephones show the same
TOO_SMALL = """() => [...document.querySelectorAll("main :is(a, button, summary)")].filter(each => each.offsetParent)
  .filter(each => each.getBoundingClientRect().height < 48 || each.getBoundingClientRect().width < 48)
  .map(each => each.textContent.trim())"""


def test_a_night_at_the_bus_on_three_telephones(house: House, newcomer: Newcomer) -> None:
    session_id = house.session(Kind.BUS, FRIDAY)
    house.clock.set(STARTS)
    first, second, third = phones = _crew(house, newcomer, session_id)
    lawyers = [each.name for each in house.crew(session_id, Role.LAWYER)]

    _come(first, "pcm", alias="Kola")
    _come(second, "und")
    _all_show(phones, "Next: n° 1", "n° 2 · language not known yet")
    booked = house.aliases(session_id)[0]
    _row(third, booked).get_by_role("button", name="She is here").click()
    _all_show(phones, f"n° 3 · {booked}", "booked")
    _a_double_tap(house, first, f"to {lawyers[0]}")
    _all_show(phones, "Next: n° 2", f"with {lawyers[0]} since 19:30 (0")
    assert third.page.evaluate(TOO_SMALL) == []

    _the_list_changes_under_an_open_row(house, second, phones)
    _a_stale_press(first, second, phones)
    _without_a_network(house, third, phones, session_id, lawyers)
    _until(house, phones, ENDS)
    _past_midnight(house, phones)


def _the_list_changes_under_an_open_row(house: House, reader: Walk, phones: tuple[Walk, ...]) -> None:
    """What is open stays open, and the focus stays in it."""
    summary = _row(reader, "n° 3").locator("summary")
    summary.click()
    summary.focus()

    house.clock.set(house.clock.now + 7 * MINUTE)

    _all_show(phones, "here since 19:30 (7")
    expect(_row(reader, "n° 3").get_by_role("button", name="Put here by mistake")).to_be_visible()
    expect(_row(reader, "n° 3").locator("summary")).to_be_focused()
    summary.click()


def _a_double_tap(house: House, walk: Walk, button: str) -> None:
    walk.main.locator(".next").get_by_role("button", name=button).dblclick()
    expect(walk.said).to_contain_text("n° 1 is being seen.")
    with house.database.read() as tx:
        assert tx.scalar(select(func.count()).where(Visit.state == VisitState.SEEN)) == 1


def _a_stale_press(walk: Walk, other: Walk, phones: tuple[Walk, ...]) -> None:
    """What was decided on a screen that did not look again yet is not done."""
    other.context.route(LOOKS, lambda route: route.fulfill(status=204))
    walk.main.locator(".next button").last.click()
    expect(walk.said).to_contain_text("n° 2 is being seen.")

    other.main.locator(".next button").first.click()

    expect(other.main.locator(".errors")).to_have_text("Somebody was faster: this is how it stands now.")
    other.context.unroute(LOOKS)
    _all_show(phones, "Next: n° 3")


def _without_a_network(house: House, walk: Walk, phones: tuple[Walk, ...], session_id: str, lawyers: list[str]) -> None:
    """What she presses is kept and said to be, and arrives once."""
    walk.page.bring_to_front()
    walk.context.set_offline(True)
    expect(walk.main.locator(".lost")).to_contain_text("No network: last seen 19:37")

    _row(walk, "n° 1").get_by_role("button", name="Done").click()
    expect(_row(walk, "n° 1").locator(".unsent")).to_have_text("not sent yet")
    walk.main.locator(".thumb a").click()
    walk.main.locator("form summary").click()
    walk.fill({"language": ["bin"], "alias": "Ruby"})
    walk.main.get_by_role("button", name="Put in the line").click()
    expect(walk.main.locator(".lost")).to_contain_text("Not sent yet: 2")
    others = tuple(each for each in phones if each is not walk)
    _all_show(others, f"with {lawyers[0]} since")

    walk.context.set_offline(False)

    _all_show(phones, "n° 4 · Ruby", "Seen, or gone: 1")
    expect(walk.main.locator(".lost")).to_be_empty()
    expect(walk.main.locator(".unsent")).to_have_count(0)
    with house.database.read() as tx:
        assert tx.scalar(select(func.count()).where(Visit.session_id == session_id)) == 4
    walk.troubles.clear()  # the browser says in its console that there was no network


def _past_midnight(house: House, phones: tuple[Walk, ...]) -> None:
    first, *_others = phones
    _all_show(phones, "n° 4 · Ruby", "(4")
    house.clock.set(ENDS + 5 * MINUTE)
    first.main.locator(".next button").first.click()
    expect(first.said).to_contain_text("n° 3 is being seen.")
    _all_show(phones, "since 00:35 (0")
    house.clock.set(ENDS + 20 * MINUTE)
    _all_show(phones, "since 00:35 (15")
    for each in phones:
        each.look()


def test_without_scripts_the_queue_is_read_again_by_hand(house: House, newcomer: Newcomer) -> None:
    session_id = house.session(Kind.BUS, FRIDAY)
    house.clock.set(STARTS)
    first, second, _third = _crew(house, newcomer, session_id, has_scripts=False)
    _come(first, "pcm", alias="Kola")

    second.follow("Look again")
    second.activate(second.main.locator(".next button").last)
    expect(second.said).to_contain_text("n° 1 is being seen.")
    first.activate(first.main.locator(".next button").first)

    expect(first.main.locator(".errors")).to_have_text("Somebody was faster: this is how it stands now.")
    second.press("Undo", second.said)
    first.follow("Look again")
    expect(first.main.locator(".next h2")).to_have_text("Next: n° 1")


def _crew(house: House, newcomer: Newcomer, session_id: str, *, has_scripts: bool = True) -> tuple[Walk, Walk, Walk]:
    """The three mediators, each at the queue on her own telephone."""
    phones = []
    for each in house.crew(session_id, Role.MEDIATOR):
        walk = newcomer(has_scripts=has_scripts, color_scheme="light")
        walk.sign_in(each.sign_in_name)
        walk.follow("Who is here")
        assert walk.path == f"/appointments/queue/{session_id}"
        phones.append(walk)
    first, second, third = phones
    return first, second, third


def _come(walk: Walk, language: str, *, alias: str = "") -> None:
    walk.follow("+ Someone is here")
    if alias:
        walk.main.locator("form summary").click()
        walk.fill({"alias": alias})
    ticked = walk.main.locator(f"[name=language][value={language}]")
    if ticked.count():
        ticked.check()
    else:
        walk.fill({"another": language})
    walk.press("Put in the line")
    expect(walk.said).to_contain_text("is in the line.")


def _row(walk: Walk, words: str) -> Locator:
    return walk.main.locator("#line li", has_text=words).first


def _all_show(phones: tuple[Walk, ...], *words: str) -> None:
    """Within five seconds each telephone shows this, without anybody touching it."""
    for each in phones:
        for said in words:
            expect(each.main.locator("#line")).to_contain_text(said, timeout=WITHIN)


def _until(house: House, phones: tuple[Walk, ...], at: datetime) -> None:
    """The evening goes by; each of them opens the page now and then."""
    while house.clock.now < at:
        house.clock.set(min(at, house.clock.now + LONGEST_PAUSE))
        for each in phones:
            each.page.reload()


def test_S33_what_is_pressed_on_a_screen_that_was_idle_waits_for_the_password(house: House, newcomer: Newcomer) -> None:
    session_id = house.session(Kind.BUS, FRIDAY)
    house.clock.set(STARTS)
    first, second, third = _crew(house, newcomer, session_id)
    _come(first, "pcm", alias="Kola")
    _all_show((second,), "Next: n° 1")
    first.context.route(LOOKS, lambda route: route.fulfill(status=204))
    house.clock.set(STARTS + 31 * MINUTE)

    first.main.locator(".next button").first.click()

    for each in (first, second, third):
        expect(each.page.locator("main.cover")).to_be_visible()
    assert _states(house) == [VisitState.WAITING]
    first.page.locator("main.cover").get_by_label("Your password").fill(PASSWORD)
    first.page.locator("main.cover").get_by_role("button", name="Open it again").click()
    expect(first.said).to_contain_text("n° 1 is being seen.")
    assert _states(house) == [VisitState.SEEN]


def _states(house: House) -> list[VisitState]:
    with house.database.read() as tx:
        return list(tx.scalars(select(Visit.state).where(Visit.arrived_at >= STARTS)))
