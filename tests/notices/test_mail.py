"""A mail looked at whole, headers included, as it goes over the line."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from clinic.domain.notices import Kind
from clinic.notices import mail
from tests.notices.test_words import facts

NOW = datetime(2026, 3, 10, 17, 5, tzinfo=UTC)
TOKEN = "0123456789abcdef0123456789abcdef"

FRENCH = """\
From: agenda@exemple.fr\r
To: quelquune@exemple.org\r
Subject: Agenda\r
Date: Tue, 10 Mar 2026 17:05:00 +0000\r
Message-ID: <0123456789abcdef0123456789abcdef@exemple.fr>\r
Auto-Submitted: auto-generated\r
Content-Type: text/plain; charset="utf-8"\r
Content-Transfer-Encoding: quoted-printable\r
MIME-Version: 1.0\r
\r
Rappel d=E2=80=99agenda=C2=A0: Soir, jeudi 12 mars, 18h00. D=C3=A9tails dans =\r
l=E2=80=99application.\r
"""

ENGLISH = """\
From: agenda@exemple.fr\r
To: quelquune@exemple.org\r
Subject: Agenda\r
Date: Tue, 10 Mar 2026 17:05:00 +0000\r
Message-ID: <0123456789abcdef0123456789abcdef@exemple.fr>\r
Auto-Submitted: auto-generated\r
Content-Type: text/plain; charset="utf-8"\r
Content-Transfer-Encoding: quoted-printable\r
MIME-Version: 1.0\r
\r
Agenda reminder: Evening, Thursday 12 March, 18:00. Details in the applicatio=\r
n.\r
"""


@pytest.mark.parametrize(("language", "whole"), [("fr", FRENCH), ("en", ENGLISH)])
def test_S18_the_whole_mail(language: str, whole: str) -> None:
    assert compose(Kind.REMINDER, language).as_bytes().decode("ascii") == whole


@pytest.mark.parametrize("kind", Kind)
def test_S18_no_other_header_whatever_the_kind(kind: Kind) -> None:
    headers = compose(kind, "fr").keys()

    assert headers == [
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Type", "Content-Transfer-Encoding",
        "MIME-Version",
    ]  # fmt: skip


def test_S18_nothing_of_this_machine_stands_in_a_mail() -> None:
    whole = compose(Kind.REMINDER, "fr").as_bytes().decode("ascii")

    assert not re.search("python|localhost|clinic|mist", whole, re.IGNORECASE)


@pytest.mark.parametrize(
    "address", ["a@exemple.org\r\nBcc: x@exemple.org", "a@exemple.org\nX: y", "a\x00@exemple.org\r"]
)
def test_S44_an_address_that_would_break_a_header_is_refused(address: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (the words are the library's)
        compose(Kind.REMINDER, "fr", address=address)


def compose(kind: Kind, language: str, *, address: str = "quelquune@exemple.org") -> EmailMessage:
    return mail.compose(
        facts(kind, language), message_token=TOKEN, sender="agenda@exemple.fr", address=address, now=NOW
    )
