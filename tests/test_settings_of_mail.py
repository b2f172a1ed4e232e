"""The mail server and the sender, as an operator sets them."""

from __future__ import annotations

from pathlib import Path

import pytest

from clinic.settings import MailServer, Settings, SettingsError, read_settings


def test_without_an_address_there_is_no_mail_server(tmp_path: Path) -> None:
    settings = _read(tmp_path)

    assert (settings.mail_server, settings.mail_from) == (None, "")


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.exemple.fr", MailServer("smtp", "mail.exemple.fr", 25)),
        ("smtps://mail.exemple.fr", MailServer("smtps", "mail.exemple.fr", 465)),
        ("smtp+starttls://a%40b:p%3A%2Fw@mail.fr", MailServer("smtp+starttls", "mail.fr", 587, "a@b", "p:/w")),
        ("smtp://u:p@127.0.0.1:2525", MailServer("smtp", "127.0.0.1", 2525, "u", "p")),
    ],
)  # fmt: skip
def test_the_address_of_a_mail_server_is_read(tmp_path: Path, url: str, server: MailServer) -> None:
    settings = _read(tmp_path, CLINIC_SMTP_URL=url, CLINIC_MAIL_FROM="agenda@exemple.fr")

    assert settings.mail_server == server
    assert settings.mail_from == "agenda@exemple.fr"


@pytest.mark.parametrize("url", ["mail.exemple.fr", "http://mail.exemple.fr", "smtp://", "smtp://secret@x:port"])
def test_S52_an_address_that_cannot_be_used_is_refused_without_repeating_it(tmp_path: Path, url: str) -> None:
    with pytest.raises(SettingsError) as refused:
        _read(tmp_path, CLINIC_SMTP_URL=url, CLINIC_MAIL_FROM="agenda@exemple.fr")

    assert "CLINIC_SMTP_URL" in str(refused.value)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("sender", ["", "agenda", "Agenda <agenda@exemple.fr>", "a@b\r\nX: y", "agendé@exemple.fr"])
def test_S18_a_sender_must_be_a_plain_address(tmp_path: Path, sender: str) -> None:
    with pytest.raises(SettingsError, match="CLINIC_MAIL_FROM"):
        _read(tmp_path, CLINIC_SMTP_URL="smtp://mail.exemple.fr", CLINIC_MAIL_FROM=sender)


def test_S52_a_password_is_not_in_what_is_printed_of_the_settings(tmp_path: Path) -> None:
    settings = _read(tmp_path, CLINIC_SMTP_URL="smtp://u:hush@mail.exemple.fr", CLINIC_MAIL_FROM="agenda@exemple.fr")

    assert "hush" not in repr(settings)


def _read(data: Path, **environ: str) -> Settings:
    return read_settings({"CLINIC_DATA": str(data), "CLINIC_SECRET_KEY": "a key for tests alone", **environ})
