"""Every page, for each who may open it, is well made and says nothing in its title."""

from __future__ import annotations

import gzip
import re
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from clinic.db import Database
from tests import make
from tests.conftest import SignIn
from tests.instruments import Clock
from tests.web import pages
from tests.web.world import IDENTITIES, World, addresses, make_world

FIRST_LOAD = 60 * 1024
NO_PAGES = {"exit.leave", "public.choose_language", "appointments.queue_now"}  # the last one is a part of a page


@pytest.fixture
def world(db: Database, clock: Clock) -> World:
    clock.set(make.FRIDAY - timedelta(hours=1))
    with db.write() as tx:
        return make_world(tx)


def _client(app: Flask, world: World, sign_in: SignIn, identity: str) -> FlaskClient:
    return sign_in(world.people[identity]) if identity in world.people else app.test_client()


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("identity", IDENTITIES)
def test_every_page_is_well_made(app: Flask, world: World, sign_in: SignIn, identity: str, language: str) -> None:
    client = _client(app, world, sign_in, identity)
    client.set_cookie("language", language)
    wrong: dict[str, list[str]] = {}

    for endpoint, url in addresses(app, world.ids_of(identity), "GET").items():
        if endpoint in NO_PAGES:
            continue
        with closing(client.get(url)) as answer:
            if answer.mimetype == "text/html" and not 300 <= answer.status_code < 400:
                assert answer.status_code in {200, 403, 404}, url
                assert f'<html lang="{language}"' in answer.text
                wrong[url] = pages.problems(answer.text)

    assert len(wrong) > 3
    assert not any(wrong.values()), {url: each for url, each in wrong.items() if each}


@pytest.mark.parametrize("breach", [
    "<h1>Two</h1>", '<p id="x"></p><p id="x"></p>', '<input name="n">', '<p style="color:red">', "<style>p{}</style>",
    "<script>1</script>", '<p onclick="x()">', '<img src="https://example.org/a.png" alt="">', '<a href="/"></a>',
    '<form method="post" action="/x"></form>', '<a href="#nowhere">x</a>', '<label for="nothing">x</label>',
])  # fmt: skip
def test_a_breach_in_a_page_is_noticed(client: FlaskClient, breach: str) -> None:
    page = client.get("/").text

    assert not pages.problems(page)
    assert pages.problems(page.replace("</main>", f"{breach}</main>"))


@pytest.mark.parametrize("title", ["Rendez-vous avec l'avocate", "MIST", "Asylum", "x" * 41, ""])
def test_S21_a_title_that_says_too_much_is_noticed(client: FlaskClient, title: str) -> None:
    page = re.sub("<title>.*</title>", f"<title>{title}</title>", client.get("/").text)

    assert pages.problems(page)


@pytest.mark.parametrize("path", ["/", "/sign-in", "/safety"])
def test_S21_a_public_page_is_light_at_first_load(client: FlaskClient, path: str) -> None:
    page = client.get(path).text
    parsed = pages.Page(page)
    addresses_of_files = [each.get("src") or each.get("href") for each in parsed.all("script", "link", "img")]

    weight = len(gzip.compress(page.encode()))
    for address in addresses_of_files:
        with closing(client.get(address)) as answer:
            assert answer.status_code == 200
            weight += len(gzip.compress(answer.data))

    assert weight <= FIRST_LOAD
    assert len(addresses_of_files) <= 8


def test_S21_pages_use_no_service_worker_and_no_web_storage(app: Flask) -> None:
    scripts = "".join(path.read_text("utf-8") for path in _static(app) if path.suffix == ".js")

    assert not re.search("serviceWorker|localStorage|sessionStorage|indexedDB|document.cookie", scripts)


def _static(app: Flask) -> list[Path]:
    return [path for path in Path(app.static_folder or "").rglob("*") if path.is_file()]
