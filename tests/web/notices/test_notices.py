"""What the coordinator sees of the outbox, and what each person chooses for herself."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from clinic.db import Database
from clinic.domain.notices import UNDO_FOR, Channel, Kind, Shared, State
from clinic.domain.people import Role
from clinic.models import MessageChoice, Notice, Person
from clinic.settings import MailServer
from tests import make
from tests.conftest import CountQueries, SignIn
from tests.instruments import Clock
from tests.make import NOW
from tests.notices import told
from tests.web.forms import post
from tests.web.pages import read

NO_SERVER = "Aucun serveur de messagerie n’est configuré"
LATE = "attend depuis plus d’une heure"


@pytest.fixture
def with_server(app: Flask) -> None:
    """The app knows a mail server."""
    ground = app.extensions["clinic"]
    settings = replace(ground.settings, mail_server=MailServer("smtp", "mail.exemple.fr", 25), mail_from="a@exemple.fr")
    app.extensions["clinic"] = replace(ground, settings=settings)


def test_without_a_server_the_page_says_that_nothing_is_sent(sign_in: SignIn) -> None:
    page = read(sign_in(Role.COORDINATOR).get("/notices"))

    assert page.text("h1") == "Messages"
    assert NO_SERVER in page.text("main")
    assert "Aucun message n’attend." in page.text("main")


@pytest.mark.usefixtures("with_server")
def test_S76_a_banner_says_when_the_oldest_waits_for_more_than_an_hour(
    db: Database, sign_in: SignIn, clock: Clock
) -> None:
    with db.write() as tx:
        told.tell(tx, told.make_held(tx))
    coordinator = sign_in(Role.COORDINATOR)

    clock.set(NOW + UNDO_FOR + timedelta(hours=1))
    in_time = read(coordinator.get("/notices")).text("main")
    clock.set(NOW + UNDO_FOR + timedelta(hours=1, seconds=1))
    late = read(coordinator.get("/notices")).text("main")

    assert NO_SERVER not in in_time
    assert LATE not in in_time
    assert LATE in late


def test_each_state_is_said_with_its_reason_and_never_an_address(db: Database, sign_in: SignIn) -> None:
    codes = {State.FAILED: "smtp_550", State.SKIPPED: "no_address", State.EXPIRED: "timeout", State.UNCONFIRMED: None}
    with db.write() as tx:
        for state, code in {**codes, State.SENT: None, State.PLANNED: None}.items():
            told.tell(tx, told.make_held(tx, email="secrete@exemple.org"))
            notice = tx.scalars(select(Notice).where(Notice.state == State.PLANNED, Notice.tries == 0)).one()
            notice.state, notice.code, notice.tries = state, code, 1
            notice.ended_at = None if state is State.PLANNED else NOW

    answer = sign_in(Role.COORDINATOR).get("/notices")

    words = read(answer).text("main")
    assert "Le serveur de messagerie a répondu 550." in words
    assert "Le compte n’a pas d’adresse électronique." in words
    assert "n’a pas répondu à temps" in words
    assert "peut-être envoyé" in words
    assert "exemple.org" not in answer.text
    assert "Matin" not in words


@pytest.mark.parametrize("role", [Role.MEDIATOR, Role.LAWYER, Role.MEMBER])
def test_S01_nobody_else_sees_the_outbox(sign_in: SignIn, role: Role) -> None:
    assert sign_in(role).get("/notices").status_code == 403


def test_the_page_asks_the_same_number_of_questions_however_many_there_are(
    db: Database, sign_in: SignIn, count_queries: CountQueries
) -> None:
    coordinator = sign_in(Role.COORDINATOR)
    counts = []
    for number in (2, 30):
        with db.write() as tx:
            for _ in range(number):
                told.tell(tx, told.make_held(tx))
        with count_queries(coordinator.application.extensions["clinic"].database) as statements:
            coordinator.get("/notices")
        counts.append(len(statements))

    assert counts[0] == counts[1]


def test_S10_a_member_chooses_mail_and_is_asked_who_else_reads_it(db: Database, sign_in: SignIn) -> None:
    with db.write() as tx:
        person = make.make_person(tx, Role.MEMBER, language="fr")
    member = sign_in(person)
    before = read(member.get("/account"))

    answer = post(member, "/account/messages", _form("mail", "elle@exemple.org", is_shared="no"))

    chosen = [each.get("value") for each in before.all("input") if "checked" in each.attributes]
    assert "none" in chosen
    assert answer.status_code == 303
    with db.read() as tx:
        kept = tx.get_one(MessageChoice, person.id)
        assert (kept.channel, kept.is_shared) == (Channel.MAIL, Shared.NO)
        assert tx.get_one(Person, person.id).email == "elle@exemple.org"


def test_S10_a_member_whose_mail_is_read_by_others_is_told_to_choose_again_another_day(sign_in: SignIn) -> None:
    member = sign_in(Role.MEMBER)

    post(member, "/account/messages", _form("mail", "elle@exemple.org", is_shared="unknown"))

    assert "choisissez-le de nouveau un autre jour" in read(member.get("/account")).text("main")


@pytest.mark.parametrize(
    ("email", "said"),
    [("", "Remplissez ce champ."), ("elle@", "ne ressemble pas"), ("é@exemple.org", "ne ressemble pas")],
)
def test_an_address_that_cannot_be_used_is_said_at_the_field(sign_in: SignIn, email: str, said: str) -> None:
    answer = post(sign_in(Role.MEMBER), "/account/messages", _form("mail", email, is_shared="no"))

    assert answer.status_code == 422
    assert said in read(answer).errors_at("email")


def test_who_works_here_gives_an_address_and_is_not_asked_who_else_reads_it(db: Database, sign_in: SignIn) -> None:
    with db.write() as tx:
        person = make.make_person(tx, Role.LAWYER, language="fr")
    lawyer = sign_in(person)

    shared = [each for each in read(lawyer.get("/account")).all("input") if each.get("name") == "is_shared"]
    answer = post(lawyer, "/account/messages", {"channel": "mail", "email": "maitre@exemple.org"})

    assert shared == []
    assert answer.status_code == 303
    with db.read() as tx:
        assert tx.get_one(Person, person.id).email == "maitre@exemple.org"


def test_S05_an_unknown_answer_is_refused(sign_in: SignIn) -> None:
    answer = post(sign_in(Role.MEMBER), "/account/messages", _form("pigeon", "elle@exemple.org", is_shared="no"))

    assert answer.status_code == 422


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_each_kind_has_a_word(db: Database, sign_in: SignIn, kind: Kind, language: str) -> None:
    with db.write() as tx:
        told.tell(tx, told.make_held(tx), kind)
    coordinator = sign_in(Role.COORDINATOR)
    coordinator.set_cookie("language", language)

    assert coordinator.get("/notices").status_code == 200


def _form(channel: str, email: str, *, is_shared: str) -> dict[str, object]:
    return {"channel": channel, "email": email, "is_shared": is_shared}
