"""Requests that no page of ours sent: without a token, from elsewhere, with fields that no form has, too long."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient

from clinic.db import Database
from clinic.domain.people import Role
from tests.conftest import SignIn
from tests.web.forms import csrf_token, post
from tests.web.world import DISABLED, addresses, make_world

OWN = "http://localhost"
POSTS = 23  # so that a form that vanishes from the map is noticed


@dataclass(frozen=True)
class Forms:
    """A client who holds every role, her token, and the address of every form."""

    client: FlaskClient
    token: str
    urls: list[str]


@pytest.fixture
def forms(app: Flask, db: Database, sign_in: SignIn) -> Forms:
    with db.write() as tx:
        world = make_world(tx)
    client = sign_in(world.people[DISABLED])  # not disabled here: she who holds every role
    others = ("sign_in", "gateway")  # for strangers; for a machine, which signs what it says
    urls = [url for end, url in addresses(app, world.ids, "POST").items() if not end.startswith(others)]
    return Forms(client, csrf_token(client), urls)


def test_S41_no_form_is_taken_without_its_token(forms: Forms) -> None:
    answers = {url: forms.client.post(url, data={}).status_code for url in forms.urls}

    assert [url for url, status in answers.items() if status != 400] == []
    assert len(answers) >= POSTS


def test_S41_no_form_is_taken_with_another_ones_token(forms: Forms, sign_in: SignIn) -> None:
    foreign = csrf_token(sign_in(Role.COORDINATOR))

    answers = {url: forms.client.post(url, data={"csrf_token": foreign}).status_code for url in forms.urls}

    assert [url for url, status in answers.items() if status != 400] == []


@pytest.mark.parametrize("headers", [
    {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "none"},
    {"Origin": "https://example.org"}, {"Origin": "null"}, {"Origin": "https://localhost"},
    {"Origin": "http://localhost:81"}, {"Sec-Fetch-Site": "same-origin", "Origin": "https://example.org"},
])  # fmt: skip
def test_S41_no_form_is_taken_from_elsewhere(forms: Forms, headers: dict[str, str]) -> None:
    sent = {"csrf_token": forms.token}

    answers = {url: forms.client.post(url, data=sent, headers=headers).status_code for url in forms.urls}

    assert set(answers.values()) == {403}, answers


def test_S41_a_form_from_our_own_page_is_taken(forms: Forms) -> None:
    headers = {"Sec-Fetch-Site": "same-origin", "Origin": OWN}
    sent = {"csrf_token": forms.token, "language": "en"}

    assert forms.client.post("/account/language", data=sent, headers=headers).status_code == 303


@pytest.mark.parametrize("path", ["/sign-in", "/sign-in/code", "/sign-out"])
def test_S41_signing_in_and_out_needs_a_token_too(client: FlaskClient, path: str) -> None:
    token = csrf_token(client)

    assert client.post(path, data={}).status_code == 400
    assert client.post(path, data={"csrf_token": token}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_S05_a_field_that_a_form_does_not_know_is_a_bad_request(forms: Forms, client: FlaskClient) -> None:
    sent = {"csrf_token": forms.token, "is_admin": "1"}

    answers = {url: forms.client.post(url, data=sent).status_code for url in forms.urls}
    answers |= {url: post(client, url, {"is_admin": "1"}).status_code for url in ("/sign-in", "/sign-in/code")}

    assert [url for url, status in answers.items() if status != 400] == []


@pytest.mark.parametrize(
    "host", ["example.org", "localhost.example.org", "127.0.0.1.example.org", "127.0.0.2", "[::1]"]
)
def test_S42_another_host_name_is_a_bad_request(client: FlaskClient, host: str) -> None:
    for path in ("/", "/sign-in", "/static/app.css", "/not-there"):
        answer = client.get(path, headers={"Host": host})

        assert answer.status_code == 400
        assert host not in answer.text


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1", "127.0.0.1:8123"])
def test_S42_our_own_host_names_are_served(client: FlaskClient, host: str) -> None:
    assert client.get("/", headers={"Host": host}).status_code == 200


def test_S42_a_body_over_64_kib_is_refused(client: FlaskClient) -> None:
    token = csrf_token(client)
    sent = {"csrf_token": token, "password": "x", "name": ""}
    rest = len("&".join(f"{name}={value}" for name, value in sent.items()))

    just = client.post("/sign-in", data={**sent, "name": "x" * (64 * 1024 - rest)})
    over = client.post("/sign-in", data={**sent, "name": "x" * (64 * 1024 - rest + 1)})

    assert (just.status_code, over.status_code) == (422, 413)


def test_S42_more_parts_than_a_form_of_ours_has_are_refused(client: FlaskClient) -> None:
    parts = {f"field{number}": "x" for number in range(300)}

    answer = client.post("/sign-in", data=parts, content_type="multipart/form-data")

    assert answer.status_code == 413
