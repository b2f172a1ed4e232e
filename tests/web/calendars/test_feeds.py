"""The feeds over HTTP (calendars.md 9, S40)."""

from __future__ import annotations

import gzip
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from werkzeug.http import http_date
from werkzeug.test import TestResponse

from clinic.db import Database
from clinic.domain.calendars import Detail, digest_of
from clinic.domain.people import Role, SignedIn
from clinic.domain.sessions import CancelReason, Kind
from clinic.models import FeedLink, Person, Workshop
from clinic.services import calendars, people, programme, rota
from clinic.services.calendars import LinkDraft
from tests import make
from tests.feeds.entries import occurrences, unfolded
from tests.instruments import Clock

TOKEN = "a-token"
URL = f"/feeds/{TOKEN}.ics"
PUBLIC = "/feeds/workshops.ics"
HOUR = timedelta(hours=1)


@pytest.fixture
def lawyer(db: Database) -> SignedIn:
    """A lawyer with a link in French."""
    with db.write() as tx:
        lawyer = make.make_person(tx, Role.LAWYER, language="en")
        draft = LinkDraft("phone", Detail.DISCREET, "fr")
        calendars.make_link(tx, lawyer.id, draft, digest_of(TOKEN), key=make.key(), by=lawyer, now=make.NOW)
    return lawyer


@pytest.fixture
def session_id(db: Database, lawyer: SignedIn) -> str:
    """A session that she is on."""
    with db.write() as tx:
        session_id = make.make_session(tx)
        make.make_shift(tx, session_id, lawyer, now=make.NOW - HOUR)
    return session_id


@pytest.mark.usefixtures("session_id")
def test_a_feed_has_the_headers_that_clients_want(client: FlaskClient) -> None:
    answer = client.get(URL)

    assert answer.status_code == 200
    expected = {
        "Content-Type": "text/calendar; charset=utf-8",
        "Content-Disposition": 'inline; filename="agenda.ics"',
        "Cache-Control": "private, no-cache",
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex",
        "Content-Length": str(len(answer.data)),
    }
    assert {name: answer.headers.get(name) for name in expected} == expected
    assert answer.headers["ETag"].startswith('"')
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert [start for _uid, start, _end in occurrences(answer.data)] == [make.FRIDAY]


@pytest.mark.usefixtures("session_id")
def test_head_says_what_get_says(client: FlaskClient) -> None:
    got, asked = client.get(URL), client.head(URL)

    assert asked.data == b""
    assert headers_of(asked) == headers_of(got)


@pytest.mark.usefixtures("session_id")
def test_two_fetches_are_byte_identical_and_the_second_may_be_a_304(client: FlaskClient, clock: Clock) -> None:
    first = client.get(URL)
    clock.set(make.NOW + 7 * HOUR)

    second = client.get(URL)
    unchanged = client.get(URL, headers={"If-None-Match": first.headers["ETag"]})
    since = client.get(URL, headers={"If-Modified-Since": first.headers["Last-Modified"]})

    assert second.data == first.data
    assert headers_of(second) == headers_of(first)
    for answer in (unchanged, since):
        assert (answer.status_code, answer.data) == (304, b"")
        assert answer.headers["ETag"] == first.headers["ETag"]
        assert "Content-Type" not in answer.headers


def test_a_change_is_seen_by_either_condition(client: FlaskClient, db: Database, clock: Clock, session_id: str) -> None:
    first = client.get(URL)
    clock.set(make.NOW + HOUR)
    with db.write() as tx:
        coordinator = make.make_person(tx, Role.COORDINATOR)
        programme.cancel(tx, session_id, CancelReason.CREW, by=coordinator, now=clock.now)

    answers = [
        client.get(URL, headers={"If-None-Match": first.headers["ETag"]}),
        client.get(URL, headers={"If-Modified-Since": first.headers["Last-Modified"]}),
    ]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert "STATUS:CANCELLED" in unfolded(answers[0].data)
    assert answers[0].headers["Last-Modified"] == http_date(clock.now)


def test_a_shift_given_back_is_seen_though_no_row_is_left(
    client: FlaskClient, db: Database, clock: Clock, lawyer: SignedIn
) -> None:
    with db.write() as tx:
        shift_id = make.make_shift(tx, make.make_session(tx), lawyer, now=make.NOW - HOUR)
    first = client.get(URL)
    clock.set(make.NOW + HOUR)
    with db.write() as tx:
        rota.give_back(tx, shift_id, by=lawyer, now=clock.now)

    answer = client.get(URL, headers={"If-Modified-Since": first.headers["Last-Modified"]})

    assert (answer.status_code, occurrences(answer.data)) == (200, [])


@pytest.mark.usefixtures("session_id")
def test_the_window_is_part_of_the_etag(client: FlaskClient, clock: Clock) -> None:
    first = client.get(URL)
    clock.set(make.NOW + 24 * HOUR)

    second = client.get(URL, headers={"If-None-Match": first.headers["ETag"]})

    assert second.status_code == 200
    assert second.data == first.data
    assert second.headers["ETag"] != first.headers["ETag"]


@pytest.mark.usefixtures("session_id")
def test_the_gzip_form_is_the_same_feed_under_its_own_etag(client: FlaskClient) -> None:
    plain = client.get(URL)
    packed = client.get(URL, headers={"Accept-Encoding": "gzip, deflate"})
    refused = client.get(URL, headers={"Accept-Encoding": "gzip;q=0"})
    again = client.get(URL, headers={"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]})
    other = client.get(URL, headers={"If-None-Match": packed.headers["ETag"]})

    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data == refused.data
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert (again.status_code, other.status_code) == (304, 200)


@pytest.mark.usefixtures("session_id")
@pytest.mark.parametrize("url", [URL, PUBLIC, "/feeds/wrong.ics"])
def test_a_feed_sets_no_cookie_and_heeds_none(client: FlaskClient, url: str) -> None:
    bare = client.get(url)
    client.set_cookie("language", "en")
    client.set_cookie("agenda", "rubbish")

    answer = client.get(url, headers={"Accept-Language": "en"})

    assert "Set-Cookie" not in answer.headers
    assert answer.data == bare.data
    assert headers_of(answer) == headers_of(bare)


@pytest.mark.usefixtures("session_id")
def test_a_feed_speaks_the_language_of_its_link(client: FlaskClient) -> None:
    assert "SUMMARY:Matin" in unfolded(client.get(URL, headers={"Accept-Language": "en"}).data)


@pytest.mark.parametrize("what", ["wrong", "ended", "disabled"])
def test_every_token_that_opens_nothing_gets_one_and_the_same_404(
    client: FlaskClient, db: Database, lawyer: SignedIn, what: str
) -> None:
    constant = client.get("/feeds/no-such-token.ics", headers={"Accept-Language": "en"})
    with db.write() as tx:
        [link_id] = [link.id for link in tx.query(FeedLink)]
        if what == "ended":
            calendars.end_link(tx, link_id, by=lawyer, now=make.NOW)
        elif what == "disabled":
            tx.get_one(Person, lawyer.id).disabled_at = make.NOW

    answer = client.get("/feeds/x%00%F0.ics" if what == "wrong" else URL)

    assert (answer.status_code, answer.data) == (404, constant.data)
    assert headers_of(answer) == headers_of(constant)
    assert client.head(URL + "x").data == b""


def test_S08_disabling_a_person_ends_her_feed(client: FlaskClient, db: Database, lawyer: SignedIn) -> None:
    with db.write() as tx:
        people.disable(tx, lawyer.id, by=make.make_person(tx, Role.COORDINATOR), now=make.NOW)

    assert client.get(URL).status_code == 404


@pytest.mark.usefixtures("lawyer")
def test_a_fetch_is_noted(client: FlaskClient, db: Database) -> None:
    client.get(URL)

    with db.read() as tx:
        assert [link.last_fetched_at for link in tx.query(FeedLink)] == [make.NOW]


@pytest.mark.usefixtures("lawyer")
def test_a_feed_is_given_while_somebody_writes(client: FlaskClient, db: Database) -> None:
    with db.write() as tx:
        make.make_person(tx)

        answer = client.get(URL)

    assert answer.status_code == 200
    with db.read() as tx:
        assert [link.last_fetched_at for link in tx.query(FeedLink)] == [None]


@pytest.mark.usefixtures("lawyer")
def test_no_token_reaches_the_log(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)

    client.get(URL)

    assert TOKEN not in caplog.text


def test_workshops_are_public_in_both_languages(client: FlaskClient, db: Database) -> None:
    make_workshop(db, make.FRIDAY)

    french, english = client.get(PUBLIC), client.get(PUBLIC + "?language=en")

    assert french.headers["Cache-Control"] == "public, max-age=300"
    assert "X-Robots-Tag" not in french.headers
    assert {"CLASS:PUBLIC", "SUMMARY:Point d'accès au droit · Selma"} <= set(unfolded(french.data))
    assert {"SUMMARY:Law access point · Selma", "DESCRIPTION:to be confirmed · English topic"} <= set(
        unfolded(english.data)
    )
    assert client.get(PUBLIC + "?language=xx").data == french.data
    assert client.get(PUBLIC, headers={"If-None-Match": french.headers["ETag"]}).status_code == 304


def test_workshops_that_are_not_public_and_other_sessions_stay_out(client: FlaskClient, db: Database) -> None:
    make_workshop(db, make.FRIDAY, is_public=False)
    with db.write() as tx:
        make.make_session(tx)

    assert occurrences(client.get(PUBLIC).data) == []


def test_a_cancelled_workshop_stays_for_14_days_after_its_time(client: FlaskClient, db: Database, clock: Clock) -> None:
    session_id = make_workshop(db, make.FRIDAY)
    with db.write() as tx:
        programme.cancel(tx, session_id, CancelReason.VENUE, by=make.make_person(tx, Role.COORDINATOR), now=make.NOW)

    clock.set(make.FRIDAY + timedelta(days=13))
    told = client.get(PUBLIC)
    clock.set(make.FRIDAY + timedelta(days=15, hours=4))
    later = client.get(PUBLIC, headers={"If-Modified-Since": told.headers["Last-Modified"]})

    assert "STATUS:CANCELLED" in unfolded(told.data)
    assert (later.status_code, occurrences(later.data)) == (200, [])


def headers_of(answer: TestResponse) -> dict[str, str]:
    """All headers but the hour of the answer."""
    return {name: value for name, value in answer.headers if name != "Date"}


def make_workshop(db: Database, starts_at: datetime, *, is_public: bool = True) -> str:
    with db.write() as tx:
        series_id = make.make_series(tx, kind=Kind.WORKSHOP, is_public=is_public)
        session_id = make.make_session(tx, starts_at=starts_at, series_id=series_id)
        workshop = Workshop(session_id=session_id, film="Selma", topic_fr="Sujet français", topic_en="English topic")
        tx.add(workshop)
    return session_id
