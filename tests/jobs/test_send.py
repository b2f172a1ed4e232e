"""Sending what is due to a real mail server: what goes, what waits, and what is never said."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from clinic.db import Database
from clinic.domain.contacts import Channel, Choice, Shared
from clinic.domain.notices import Kind, State
from clinic.domain.people import Role
from clinic.domain.timing import UNDO_FOR
from clinic.jobs.post import Post
from clinic.jobs.send import send_due
from clinic.models import Contact, Notice, Place, Series
from clinic.services import contacts
from tests.make import FRIDAY, NOW, make_appointment, make_session
from tests.notices import mailbox, told
from tests.notices.mailbox import Mailbox

DUE = NOW + UNDO_FOR


def test_what_is_due_is_sent_in_each_readers_language(each_db: Database, server: Mailbox) -> None:
    with each_db.write() as tx:
        for language in ("fr", "en", None):
            told.tell(tx, told.make_held(tx, language=language, email=f"{language}@exemple.org"))

    done = send_due(each_db, server.mailer(), clock=lambda: DUE)

    assert done == {State.SENT: 3}
    french = "Noté dans votre agenda\u00a0: Matin, vendredi 27 novembre, 09h30. Détails dans l’application."
    english = "Noted in your agenda: Morning, Friday 27 November, 09:30. Details in the application."
    said = dict(zip([mail["To"] for mail in server.mails], server.texts, strict=True))
    assert said == {"fr@exemple.org": french, "en@exemple.org": english, "None@exemple.org": french}
    assert send_due(each_db, server.mailer(), clock=lambda: DUE) == {}


def test_S76_without_a_server_nothing_is_lost_and_nothing_pretended(each_db: Database, server: Mailbox) -> None:
    with each_db.write() as tx:
        told.tell(tx, told.make_held(tx))

    assert send_due(each_db, Post(), clock=lambda: DUE) == {}
    assert send_due(each_db, server.mailer(), clock=lambda: DUE + timedelta(hours=2)) == {State.SENT: 1}


def test_S76_while_the_server_is_down_one_is_tried_and_all_wait(each_db: Database, server: Mailbox) -> None:
    with each_db.write() as tx:
        for _ in range(3):
            told.tell(tx, told.make_held(tx))
    nobody = mailbox.Mailbox(port=mailbox.free_port())

    down = send_due(each_db, nobody.mailer(), clock=lambda: DUE)
    up = send_due(each_db, server.mailer(), clock=lambda: DUE + timedelta(minutes=2))

    assert down == {State.PLANNED: 1}
    assert up == {State.SENT: 3}


def test_S75_a_mail_that_broke_off_goes_again_under_the_same_name(each_db: Database, server: Mailbox) -> None:
    with each_db.write() as tx:
        told.tell(tx, told.make_held(tx))
    server.breaks_off_after_content = True
    first = send_due(each_db, server.mailer(), clock=lambda: DUE)
    server.breaks_off_after_content = False

    second = send_due(each_db, server.mailer(), clock=lambda: DUE + timedelta(minutes=2))

    assert (first, second) == ({State.PLANNED: 1}, {State.SENT: 1})
    assert len({mail["Message-ID"] for mail in server.mails}) == 1
    assert len(server.mails) == 2


def test_S12_an_agenda_word_that_may_not_leave_the_house_stops_the_mail(each_db: Database, server: Mailbox) -> None:
    with each_db.write() as tx:
        told.tell(tx, told.make_held(tx))
        tx.scalars(select(Series)).one().agenda_word_fr = "Avocats"

    assert send_due(each_db, server.mailer(), clock=lambda: DUE) == {State.FAILED: 1}
    assert server.mails == []


@pytest.mark.parametrize("email", ["a@exemple.org\r\nBcc: x@exemple.org", "é@exemple.org"])
def test_S44_an_address_that_cannot_be_used_fails_alone(each_db: Database, server: Mailbox, email: str) -> None:
    with each_db.write() as tx:
        told.tell(tx, told.make_held(tx))
        kept = tx.scalars(select(Contact)).one()
        kept.said = {**(kept.said or {}), "email": email}
        told.tell(tx, told.make_held(tx))

    assert send_due(each_db, server.mailer(), clock=lambda: DUE) == {State.FAILED: 1, State.SENT: 1}


def test_S75_several_workers_send_each_notice_once(each_db: Database, server: Mailbox) -> None:
    with each_db.write() as tx:
        session_id = make_session(tx, starts_at=NOW + timedelta(days=1))
        for _ in range(40):
            told.tell(tx, told.make_held(tx, session_id=session_id))

    with ThreadPoolExecutor(4) as workers:
        done = list(workers.map(lambda _: send_due(each_db, server.mailer(), clock=lambda: DUE), range(4)))

    assert sum(each[State.SENT] for each in done) == 40
    assert len({mail["Message-ID"] for mail in server.mails}) == len(server.mails) == 40


def test_reminders_go_at_their_hours_and_not_after(each_db: Database, server: Mailbox) -> None:
    with each_db.write() as tx:
        told.remind(tx, told.make_held(tx))
    moments = [NOW, FRIDAY - timedelta(hours=48), FRIDAY - timedelta(hours=48, minutes=-1), FRIDAY]

    done = [send_due(each_db, server.mailer(), clock=lambda at=at: at) for at in moments]  # type: ignore[misc]

    assert done == [{}, {State.SENT: 1}, {}, {State.EXPIRED: 1}]
    assert server.texts == ["Rappel d’agenda\u00a0: Matin, vendredi 27 novembre, 09h30. Détails dans l’application."]


def test_S04_S52_no_name_place_alias_language_or_topic_in_any_mail_or_log_line(
    each_db: Database, server: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with each_db.write() as tx:
        held = told.make_held(tx, email="canari@exemple.org")
        make_appointment(tx, held.session_id, by=held.person, alias="Zinzolin", language="bin")
        place = tx.scalars(select(Place)).first()
        assert place is not None
        place.name, place.area, place.spot = "Lieucanari", "Zonecanari", "Ruecanari"
        series = tx.scalars(select(Series)).one()
        series.name_fr = series.name_en = "Nomcanari"
        for kind in (Kind.SHIFT_TAKEN, Kind.SESSION_MOVED, Kind.SESSION_RESTORED):
            told.tell(tx, held, kind)
        told.remind(tx, held)
        member = told.make_held(tx, role=Role.MEMBER, session_id=held.session_id)
        told.choose_mail(tx, member)
        told.remind(tx, member)
        tx.flush()
        dues = sorted(tx.scalars(select(Notice.due_at)))
    for at in dues:
        send_due(each_db, server.mailer(), clock=lambda at=at: at)  # type: ignore[misc]
    server.at_recipient = "550 <canari@exemple.org> Personne Zinzolin"
    with each_db.write() as tx:
        told.tell(tx, told.make_held(tx, email="canari2@exemple.org"), now=FRIDAY - timedelta(hours=3))
    send_due(each_db, server.mailer(), clock=lambda: FRIDAY - timedelta(hours=2))

    said = b"".join(server.raw).decode("ascii")
    logged = "\n".join(_lines(caplog))
    assert len(server.mails) >= 6
    assert "smtp_550" in logged
    for token in ("Zinzolin", "canari", "Personne", "rue", "bin", "rights", "Quartier", "Lieu", held.person.name):
        assert token not in said.replace("To: canari@exemple.org", "")
        assert token not in logged


def _lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name.startswith("clinic")]


def test_a_dry_run_renders_all_and_nothing_leaves(
    db: Database, server: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with db.write() as tx:
        told.tell(tx, told.make_held(tx, email="canari@exemple.org"))
        held = told.make_held(tx)
        contacts.choose(tx, held.person.id, Choice(Channel.SMS, Shared.NO, number="+33612345678"), now=NOW)
        told.tell(tx, held)

    done = send_due(db, replace(server.mailer(), is_dry=True), clock=lambda: DUE)

    with db.read() as tx:
        ended = tx.execute(select(Notice.state, Notice.code, Notice.went_by).order_by(Notice.went_by)).all()
    assert done == {State.SENT: 2}
    assert [tuple(each) for each in ended] == [(State.SENT, "dry", way) for way in (Channel.MAIL, Channel.SMS)]
    assert server.mails == []
    lines = _lines(caplog)
    assert sorted(line.rpartition(" ")[2] for line in lines) == ["mail", "sms"]
    assert not any("canari" in line or "6123" in line or "Matin" in line for line in lines)


def test_S76_one_line_serves_all_mails_of_a_round_and_a_broken_one_is_renewed(db: Database, server: Mailbox) -> None:
    with db.write() as tx:
        for _ in range(3):
            told.tell(tx, told.make_held(tx))
    server.hangs_up_after = 2

    assert send_due(db, server.mailer(), clock=lambda: DUE) == {State.SENT: 3}
    assert (len(server.mails), server.lines) == (3, 2)


def test_one_notice_that_cannot_be_read_stops_no_other(
    db: Database, server: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    with db.write() as tx:
        broken = told.make_held(tx)
        told.tell(tx, broken)
        told.tell(tx, told.make_held(tx))
        contact = tx.scalars(select(Contact).where(Contact.person_id == broken.person.id)).one()
        contact.said = {"canari": "33612345678"}

    assert send_due(db, server.mailer(), clock=lambda: DUE) == {State.SENT: 1}
    assert any(line.endswith(": KeyError") for line in _lines(caplog))
    assert not any("canari" in line for line in _lines(caplog))
