"""The feed of each demonstration account holds her own sessions, in two parsers, and nothing else."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import select

from clinic.domain.calendars import Detail, digest_of
from clinic.domain.interpreting import OfferState
from clinic.domain.meetings import MeetingState
from clinic.domain.people import SignedIn
from clinic.domain.rota import ShiftState
from clinic.domain.sessions import Status
from clinic.domain.workshops import RegistrationState
from clinic.models import Beneficiary, ClinicSession, Meeting, Need, Offer, Person, Registration, Shift
from clinic.queries import people
from clinic.services import calendars
from clinic.services.calendars import LinkDraft
from tests.feeds.entries import occurrences
from tests.journeys import ical_js
from tests.journeys.feed_reader import fetch, longest_line
from tests.journeys.house import House
from tests.make import NOW, key

MONDAY_FOUR_WEEKS_BACK = datetime(2026, 10, 18, 22, tzinfo=UTC)
CANCELLED = (Status.CANCELLED, MeetingState.CANCELLED, MeetingState.WITHOUT_PEER)
CANCELLED_SHOWN_SINCE = datetime(2026, 11, 21, 23, tzinfo=UTC) - timedelta(days=14)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty page that knows ical.js."""
    context = browser.new_context()
    page = context.new_page()
    page.evaluate(ical_js.SOURCE)
    yield page
    context.close()


@pytest.mark.parametrize("detail", Detail)
def test_each_account_reads_its_own_sessions_and_no_other(house: House, page: Page, detail: Detail) -> None:
    accounts = _accounts(house)
    assert len(accounts) == 45

    for account in accounts:
        url = f"{house.url}/feeds/{_token(house, account, detail)}.ics"
        first, second = fetch(url), fetch(url)
        unchanged = fetch(url, If_None_Match=str(first.headers["ETag"]))
        seen = ical_js.read(page, first.body)

        expected = _stored(house, account)
        assert (first.status, second.status, unchanged.status) == (200, 200, 304), account.name
        assert first.body == second.body, account.name
        assert longest_line(first.body) <= 75, account.name
        assert occurrences(first.body) == expected, account.name
        assert [ical_js.occurrence(each) for each in seen] == expected, account.name


def test_the_accounts_that_visitors_try_hold_something_and_no_alias(house: House) -> None:
    with house.database.read() as tx:
        aliases = set(tx.scalars(select(Beneficiary.alias)))

    for account in _accounts(house):
        feed = fetch(f"{house.url}/feeds/{_token(house, account, Detail.NAMED)}.ics").body.decode()
        assert not [alias for alias in aliases if alias and alias in feed], account.name
        if account.name in ("Avocate 1", "Médiatrice 1", "Interprète 1"):
            assert "BEGIN:VEVENT" in feed


def _accounts(house: House) -> list[SignedIn]:
    """Everybody whose account is not disabled."""
    with house.database.read() as tx:
        rows = tx.execute(select(Person.id, Person.session_version).where(Person.disabled_at.is_(None))).all()
        found = [people.signed_in(tx, row.id, row.session_version) for row in rows]
    return [each for each in found if each]


def _token(house: House, account: SignedIn, detail: Detail) -> str:
    token = secrets.token_urlsafe(32)
    draft = LinkDraft("Agenda", detail, "fr")
    with house.database.write() as tx:
        calendars.make_link(tx, account.id, draft, digest_of(token), key=key(), by=account, now=NOW)
    return token


def _stored(house: House, account: SignedIn) -> list[tuple[str, datetime, datetime]]:
    """What the tables say she is on, from Monday four weeks back; what was cancelled, for fourteen days after it."""
    session = (ClinicSession.starts_at, ClinicSession.ends_at, ClinicSession.status, ClinicSession.ends_at)
    shifts = select(Shift.uid, *session).join(ClinicSession, ClinicSession.id == Shift.session_id)
    seats = select(Registration.uid, *session).join(ClinicSession, ClinicSession.id == Registration.session_id)
    offers = (
        select(Offer.uid, Need.starts_at, Need.ends_at, ClinicSession.status, ClinicSession.ends_at)
        .join(Need, Need.id == Offer.need_id)
        .join(ClinicSession, ClinicSession.id == Need.session_id)
    )
    meetings = select(Meeting.uid, Meeting.starts_at, Meeting.ends_at, Meeting.state, Meeting.ends_at)
    mine = (
        shifts.where(Shift.person_id == account.id, Shift.state != ShiftState.RELEASED),
        seats.where(Registration.person_id == account.id, Registration.state == RegistrationState.REGISTERED),
        offers.where(Offer.person_id == account.id, Offer.state == OfferState.ACCEPTED),
        meetings.where(Meeting.peer_id == account.id),
    )
    with house.database.read() as tx:
        rows: list[Any] = [row for query in mine for row in tx.execute(query)]
    shown = [
        (uid, starts_at, ends_at)
        for uid, starts_at, ends_at, status, over_at in rows
        if over_at > (CANCELLED_SHOWN_SINCE if status in CANCELLED else MONDAY_FOUR_WEEKS_BACK)
    ]
    return sorted(shown, key=lambda each: (each[1], each[0]))
