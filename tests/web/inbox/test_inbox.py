"""The telephones of a demonstration: what they show, to whom, and that a look at them writes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from clinic.app import create_app
from clinic.db import Database
from clinic.demo.contacts import SAID
from clinic.domain.contacts import Helped
from clinic.domain.notices import Kind, State
from clinic.models import Beneficiary, Notice
from clinic.queries import inbox
from clinic.settings import Settings
from clinic.web.inbox.screens import screens
from tests.instruments import Clock, close
from tests.make import NOW
from tests.web.pages import problems, read


@pytest.fixture
def demo_app(loaded: Database, settings: Settings, clock: Clock) -> Iterator[Flask]:
    """The app on the demonstration around Sunday 22 November 2026."""
    url = loaded.engine.url.render_as_string(hide_password=False)
    app = create_app(replace(settings, database_url=url), clock=clock)
    app.testing = True
    yield app
    close(app.extensions["clinic"].database)


@pytest.fixture
def visitor(demo_app: Flask) -> FlaskClient:
    """Somebody who did not sign in, and reads English."""
    client = demo_app.test_client()
    client.set_cookie("language", "en")
    return client


def _id_of(loaded: Database, alias: str) -> str:
    with loaded.read() as tx:
        return next(each.id for each in tx.scalars(select(Beneficiary)) if each.alias == alias)


@pytest.mark.parametrize("path", ["", "/helped/0123456789abcdef", "/people/0123456789abcdef"])
def test_outside_a_demonstration_there_are_no_telephones(client: FlaskClient, path: str) -> None:
    assert client.get(f"/demo/inbox{path}").status_code == 404


def test_everybody_to_whom_something_was_to_be_said_is_listed(visitor: FlaskClient) -> None:
    words = read(visitor.get("/demo/inbox")).text("main")

    assert "Romarin SMS" in words
    assert "Brume her mediator calls" in words
    assert "Médiatrice 1 e-mail" in words
    assert sum(f"{alias} " in words for alias in SAID) > 25


def test_each_page_of_the_demonstration_leads_there(visitor: FlaskClient) -> None:
    links = [each.get("href") for each in read(visitor.get("/")).all("a")]

    assert "/demo/inbox" in links


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_telephone_is_well_made(loaded: Database, visitor: FlaskClient, language: str) -> None:
    visitor.set_cookie("language", language)
    with loaded.read() as tx:
        everybody = inbox.owners(tx)
    urls = [f"/demo/inbox/{'helped' if each.is_helped else 'people'}/{each.id}" for each in everybody[::5]]

    wrong = {url: problems(visitor.get(url).text) for url in ["/demo/inbox", *urls]}

    assert not any(wrong.values()), {url: each for url, each in wrong.items() if each}


def test_a_message_is_a_preview_in_its_own_language_with_its_length(loaded: Database, visitor: FlaskClient) -> None:
    page = read(visitor.get(f"/demo/inbox/helped/{_id_of(loaded, 'Menthe')}"))

    said = [each for each in page.all("p") if each.get("lang") == "fr"]
    assert said
    assert all(len(each.text) <= 40 for each in page.all("b"))
    assert "of 160 characters" in page.text("main")
    assert "on Thursday 26 November at 14:00" in page.text("main")


def test_S10_to_one_who_chose_nothing_nothing_comes_and_it_is_said_why(loaded: Database, visitor: FlaskClient) -> None:
    words = read(visitor.get(f"/demo/inbox/helped/{_id_of(loaded, 'Nacre')}")).text("main")

    assert "The screen stays dark." in words
    assert "Nothing may be written to this person now." in words
    assert "on the call list since" in words


def test_S11_all_that_those_who_are_helped_read_can_be_said(demo_app: Flask, loaded: Database) -> None:
    with loaded.read() as tx, demo_app.test_request_context():
        for each in [owner for owner in inbox.owners(tx) if owner.is_helped]:
            phone = inbox.phone(tx, Helped(each.id), now=NOW)
            messages = [*phone.came, *phone.to_come]
            assert len(screens(messages)) == len(messages)


def test_what_was_due_counts_as_come_and_a_look_writes_nothing(loaded: Database, clock: Clock) -> None:
    later = NOW + timedelta(days=5)
    with loaded.read() as tx:
        before = tx.scalar(select(func.count()).where(Notice.state == State.PLANNED))
        phones = [inbox.phone(tx, Helped(_id_of(loaded, "Romarin")), now=at) for at in (NOW, later)]
        after = tx.scalar(select(func.count()).where(Notice.state == State.PLANNED))

    assert before == after
    assert len(phones[1].came) > len(phones[0].came)
    assert len(phones[1].came) + len(phones[1].to_come) == len(phones[0].came) + len(phones[0].to_come)


def test_of_the_digests_of_one_day_one_says_all(loaded: Database) -> None:
    with loaded.read() as tx:
        for owner in [each for each in inbox.owners(tx) if not each.is_helped]:
            phone = inbox.phone(tx, owner.id, now=NOW)
            digests = [each for each in [*phone.came, *phone.to_come] if each.facts.kind is Kind.DIGEST]
            assert len({each.at.date() for each in digests}) == len(digests)
            assert all(each.facts.items for each in digests)


def test_a_stranger_has_no_telephone(visitor: FlaskClient) -> None:
    assert visitor.get("/demo/inbox/people/0123456789abcdef").status_code == 404
    assert visitor.get("/demo/inbox/helped/0123456789abcdef").status_code == 404
