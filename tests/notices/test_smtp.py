"""Handing mail to a real server that is kind, down, slow, refusing, or breaks off."""

from __future__ import annotations

import ssl
from dataclasses import replace
from pathlib import Path

import pytest
import trustme

from clinic.domain.notices import Kind
from clinic.notices import smtp
from clinic.notices.smtp import Delivery
from clinic.services.outbox import Fate
from clinic.settings import MailServer
from tests.notices import mailbox
from tests.notices.mailbox import Mailbox
from tests.notices.test_mail import compose

MAIL = compose(Kind.REMINDER, "fr")


def test_S18_what_arrives_is_what_was_written_and_the_line_names_the_neutral_domain(server: Mailbox) -> None:
    assert smtp.deliver(MAIL, server.settings()) == Delivery(Fate.SENT)

    assert server.raw == [MAIL.as_bytes()]
    assert server.greeted_as == ["exemple.fr"]


def test_S76_a_server_that_is_down_means_later() -> None:
    nobody = MailServer("smtp", "127.0.0.1", mailbox.free_port())

    assert smtp.deliver(MAIL, nobody) == Delivery(Fate.LATER, "no_connection", is_down=True)


def test_S76_a_slow_server_means_that_nobody_knows(server: Mailbox) -> None:
    server.seconds_to_answer = 1.0

    delivery = smtp.deliver(MAIL, server.settings(), patience=0.3)

    assert delivery == Delivery(Fate.UNKNOWN, "timeout", is_down=True)


def test_S75_a_line_that_breaks_after_the_content_means_that_nobody_knows(server: Mailbox) -> None:
    server.breaks_off_after_content = True

    assert smtp.deliver(MAIL, server.settings()).fate is Fate.UNKNOWN
    assert len(server.mails) == 1


@pytest.mark.parametrize(
    ("answer", "delivery"),
    [
        ("450 Mailbox busy", Delivery(Fate.LATER, "smtp_450")),
        ("421 Closing", Delivery(Fate.LATER, "smtp_421", is_down=True)),
        ("550 No such user <quelquune@exemple.org>", Delivery(Fate.REFUSED, "smtp_550")),
    ],
)
@pytest.mark.parametrize("where", ["at_recipient", "at_content"])
def test_S76_what_a_refusal_means(server: Mailbox, where: str, answer: str, delivery: Delivery) -> None:
    setattr(server, where, answer)

    assert smtp.deliver(MAIL, server.settings()) == delivery


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    """A certificate authority that this process trusts."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    return authority


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_mail_goes_over_tls_with_a_password(authority: trustme.CA, scheme: str) -> None:
    context = _context(authority)
    with mailbox.opened(**_tls(scheme, context)) as server:
        wanted = MailServer(scheme, "localhost", server.port, "agenda", "p@ss/word")

        right = smtp.deliver(MAIL, wanted)
        wrong = smtp.deliver(MAIL, replace(wanted, password="guessed"))

        assert right == Delivery(Fate.SENT)
        assert server.users == ["agenda"]
        assert wrong == Delivery(Fate.LATER, "smtp_535", is_down=True)


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_a_server_that_cannot_prove_who_it_is_gets_nothing(scheme: str) -> None:
    with mailbox.opened(**_tls(scheme, _context(trustme.CA()))) as server:
        wanted = MailServer(scheme, "localhost", server.port, "agenda", "p@ss/word")

        assert smtp.deliver(MAIL, wanted) == Delivery(Fate.LATER, "tls", is_down=True)
        assert server.mails == []


def _context(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    return context


def _tls(scheme: str, context: ssl.SSLContext) -> dict[str, ssl.SSLContext]:
    return {"tls": context} if scheme == "smtps" else {"starttls": context}
