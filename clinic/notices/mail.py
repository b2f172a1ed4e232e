"""A notice as a mail: plain text, and no header that would tell where it comes from (S18)."""

from __future__ import annotations

from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from clinic.domain.notices import Facts
from clinic.notices import words


def compose(facts: Facts, *, message_token: str, sender: str, address: str, now: datetime) -> EmailMessage:
    """Make the mail of a notice; sent again it has the same Message-ID, in the domain of its sender.

    Raises `words.Unspeakable`, and `ValueError` for an address that would break a header (S44).
    RFC 5322 §3.6; Auto-Submitted: RFC 3834 §5.
    """
    if not (address.isascii() and address.isprintable()):
        raise ValueError("address")
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    mail["To"] = address
    mail["Subject"] = words.subject(facts.language)
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{message_token}@{domain_of(sender)}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(f"{words.text(facts)}\n", cte="quoted-printable")
    return mail


def domain_of(address: str) -> str:
    """The part of an address after its last @."""
    return address.rpartition("@")[2]
