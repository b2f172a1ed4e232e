"""Every text of the house is a token; then all is said to everybody, and what came out is searched for tokens."""

from __future__ import annotations

import json
import logging
import re
from dataclasses import dataclass

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.db import Database
from clinic.domain.contacts import Channel, Helped
from clinic.domain.notices import Kind
from clinic.models import Base, ClinicSession, Notice
from clinic.notices import mail, sms, smtp, words
from clinic.queries import outbox
from clinic.queries.outbox import Letter
from clinic.services.outbox import Fate
from clinic.settings import MailServer
from tests import make
from tests.make import NOW
from tests.notices import gateway, mailbox, told_of_all
from tests.notices.mailbox import SENDER
from tests.notices.told_of_all import READERS, Told

TOKEN = re.compile(r"canary[a-z]+", re.IGNORECASE)
NUMBER = re.compile(r"\+?\d{5,}")
HEADERS = {
    "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type",
    "Content-Transfer-Encoding",
}  # fmt: skip


@dataclass(frozen=True)
class Said:
    """A letter that may go, and the tokens that may stand in it."""

    told: Told
    letter: Letter
    allowed: frozenset[str]


@dataclass(frozen=True)
class House:
    """Where each token stands, and all that is said."""

    filled: dict[str, str]
    said: list[Said]

    def by(self, channel: Channel) -> list[Said]:
        """What goes by one channel."""
        return [each for each in self.said if each.letter.facts.voice.channel is channel]


@pytest.fixture
def house(db: Database) -> House:
    with db.write() as tx:
        told = told_of_all.tell_all(tx)
    with db.write() as tx:
        filled = told_of_all.fill(tx)
    with db.write() as tx:
        said = [Said(each, _letter(tx, each), _allowed(tx, each)) for each in told]
    return House(filled, said)


def test_S04_every_text_column_holds_a_token_and_everybody_is_told_of_everything(house: House) -> None:
    columns = [each for table in Base.metadata.sorted_tables for each in told_of_all.words_of(table.columns)]

    assert {f"{each.table.name}.{each.name}" for each in columns} == set(house.filled.values())
    assert {(each.told.who, each.told.kind) for each in house.said} == {
        (who, kind) for who, (kinds, _) in READERS.items() for kind in kinds
    }


def test_S04_S16_S18_no_mail_tells_more_than_it_may(house: House, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), mailbox.opened() as server:
        for each in house.by(Channel.MAIL):
            composed = mail.compose(
                each.letter.facts,
                message_token=each.letter.message_token,
                sender=SENDER,
                address=each.letter.address,
                now=NOW,
            )
            delivery = smtp.deliver(composed, MailServer("smtp", server.host, server.port))
            assert delivery.fate is Fate.SENT

    assert len(server.raw) == len(house.by(Channel.MAIL)) > 50
    for each, raw, came in zip(house.by(Channel.MAIL), server.raw, server.mails, strict=True):
        whole = raw.decode("ascii").replace("=\r\n", "")
        assert set(came.keys()) == HEADERS
        assert came["To"] == each.told.address
        assert came["Subject"] == "Agenda"
        assert came["Message-ID"] == f"<{each.letter.message_token}@{mail.domain_of(SENDER)}>"
        assert came.get_content().strip() == words.text(each.letter.facts)
        assert _tokens(whole) <= each.allowed | _tokens(each.told.address), each.told
        assert _tokens(came.get_content()) == each.allowed, each.told
        assert not NUMBER.search(came.get_content())
    assert not _logged(caplog)


def test_S04_S16_no_payload_tells_the_gateway_more_than_it_may(house: House, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), gateway.opened() as server:
        for each in house.by(Channel.SMS):
            token, text = each.letter.message_token, words.text(each.letter.facts)
            to, settings = each.letter.address, server.settings()
            delivery = sms.deliver(text, to=to, message_token=token, gateway=settings)
            assert delivery.fate is Fate.SENT

    assert len(server.requests) == len(house.by(Channel.SMS)) > 50
    for each, request in zip(house.by(Channel.SMS), server.requests, strict=True):
        payload = request.payload
        assert payload.keys() == {"id", "from", "to", "text"}
        assert (payload["to"], payload["from"]) == (each.told.address, gateway.SENDER)
        assert payload["id"] == each.letter.message_token
        assert _tokens(json.dumps(payload)) == each.allowed, each.told
        assert not TOKEN.search(f"{request.path} {request.headers}")
        assert not NUMBER.search(payload["text"])
    assert not _logged(caplog)


def test_S11_the_usual_place_is_named_only_where_it_is_true(db: Database) -> None:
    with db.write() as tx:
        told, elsewhere = told_of_all.tell_booked(tx), make.make_place(tx)
        session = tx.get_one(ClinicSession, told.session_id)
        usual = _letter(tx, told).facts.voice.names_place
        session.spot = "2 rue de Suez"
        at_another_spot = _letter(tx, told).facts.voice.names_place
        session.spot, session.place_id = None, elsewhere
        at_another_place = _letter(tx, told).facts.voice.names_place

    assert (usual, at_another_spot, at_another_place) == (True, False, False)


def _letter(tx: Session, told: Told) -> Letter:
    whose = Notice.beneficiary_id == told.to.id if isinstance(told.to, Helped) else Notice.person_id == told.to
    notice = tx.scalars(
        select(Notice).where(
            whose,
            Notice.kind == told.kind,
            Notice.session_id.is_(None) if told.kind is Kind.ATTENTION else Notice.session_id == told.session_id,
        )
    ).one()
    asked = outbox.ask(tx, notice, now=notice.due_at)
    assert isinstance(asked, Letter), (told, asked)
    return asked


def _allowed(tx: Session, told: Told) -> frozenset[str]:
    """To those who work here what the service is called, as she chose to read it; to others nothing (S11, S16)."""
    if not told.who.startswith("at work") or told.kind is Kind.ATTENTION:
        return frozenset()
    series = told_of_all.service_of(tx, told.session_id)
    names = series.names if told.who.endswith("named") else series.agenda_words
    return frozenset({names[READERS[told.who][1].language or ""]})


def _tokens(text: str) -> frozenset[str]:
    return frozenset(TOKEN.findall(text))


def _logged(caplog: pytest.LogCaptureFixture) -> frozenset[str]:
    """The tokens in what was logged, by everybody but the mail server of the test."""
    return frozenset().union(*(_tokens(each.getMessage()) for each in caplog.records if each.name != "mail.log"))
