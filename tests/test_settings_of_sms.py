"""The SMS gateway, the sender, the key of replies and the dry mode, as an operator sets them."""

from __future__ import annotations

from pathlib import Path

import pytest

from clinic.settings import Settings, SettingsError, SmsGateway, read_settings

URL = "https://sms.exemple.fr/messages"


def test_without_an_address_there_is_no_gateway(tmp_path: Path) -> None:
    settings = _read(tmp_path)

    assert (settings.sms_gateway, settings.inbound_secret, settings.is_dry) == (None, None, False)


@pytest.mark.parametrize(
    "url", [URL, "HTTPS://sms.exemple.fr:8443/v1?route=2", "http://127.0.0.1:9000", "http://localhost/m"]
)
def test_a_gateway_of_our_own_kind_is_read(tmp_path: Path, url: str) -> None:
    settings = _read(tmp_path, CLINIC_SMS_URL=url, CLINIC_SMS_TOKEN="abc.DEF=", CLINIC_SMS_FROM="Agenda")

    assert settings.sms_gateway == SmsGateway(url, "Agenda", "abc.DEF=")
    assert not settings.sms_gateway.is_apprise


def test_an_address_of_apprise_is_read(tmp_path: Path) -> None:
    settings = _read(tmp_path, CLINIC_SMS_URL="signal://127.0.0.1:9922/+33700000000/{to}")

    assert settings.sms_gateway is not None
    assert settings.sms_gateway.is_apprise


@pytest.mark.parametrize(
    "url",
    [
        "http://hush.exemple.fr", "https://", "https:hush", "https://u:hush@sms.exemple.fr", "https://sms.fr:hush",
        "https://sms.fr/#hush", "https://sms.fr/hush hush", "https://[hush", "signal://hush/+33700000000", "hush",
        "{to}hush",
    ],
)  # fmt: skip
def test_S52_an_address_that_cannot_be_used_is_refused_without_repeating_it(tmp_path: Path, url: str) -> None:
    with pytest.raises(SettingsError, match="CLINIC_SMS_URL") as refused:
        _read(tmp_path, CLINIC_SMS_URL=url, CLINIC_SMS_TOKEN="abc", CLINIC_SMS_FROM="Agenda")

    assert "hush" not in str(refused.value)


@pytest.mark.parametrize("token", ["", "hush hush", "hush\r\nX: y", "hushé"])
def test_S52_a_gateway_of_our_own_kind_needs_a_token(tmp_path: Path, token: str) -> None:
    with pytest.raises(SettingsError, match="CLINIC_SMS_TOKEN") as refused:
        _read(tmp_path, CLINIC_SMS_URL=URL, CLINIC_SMS_TOKEN=token, CLINIC_SMS_FROM="Agenda")

    assert "hush" not in str(refused.value)


@pytest.mark.parametrize("sender", ["", "Ag", "AgendaAgenda", "Agendé", "Mon agenda", "+0612345678", "Agenda\n"])
def test_S18_a_sender_is_short_and_plain(tmp_path: Path, sender: str) -> None:
    with pytest.raises(SettingsError, match="CLINIC_SMS_FROM"):
        _read(tmp_path, CLINIC_SMS_URL=URL, CLINIC_SMS_TOKEN="abc", CLINIC_SMS_FROM=sender)


def test_the_key_of_replies_is_long(tmp_path: Path) -> None:
    assert _read(tmp_path, CLINIC_INBOUND_SECRET="k" * 32).inbound_secret == "k" * 32
    with pytest.raises(SettingsError, match="CLINIC_INBOUND_SECRET") as refused:
        _read(tmp_path, CLINIC_INBOUND_SECRET="k" * 31)

    assert "kkk" not in str(refused.value)


@pytest.mark.parametrize(("text", "is_dry"), [("", False), ("0", False), ("1", True)])
def test_the_house_is_dry_when_told_so(tmp_path: Path, text: str, *, is_dry: bool) -> None:
    assert _read(tmp_path, CLINIC_DRY=text).is_dry is is_dry


def test_what_is_neither_dry_nor_wet_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="CLINIC_DRY"):
        _read(tmp_path, CLINIC_DRY="yes")


def test_S52_no_secret_is_in_what_is_printed_of_the_settings(tmp_path: Path) -> None:
    gateway = {"CLINIC_SMS_URL": f"{URL}/hush", "CLINIC_SMS_TOKEN": "hush", "CLINIC_SMS_FROM": "Agenda"}

    assert "hush" not in repr(_read(tmp_path, CLINIC_INBOUND_SECRET="hush" * 8, **gateway))


def _read(data: Path, **environ: str) -> Settings:
    return read_settings({"CLINIC_DATA": str(data), "CLINIC_SECRET_KEY": "a key for tests alone", **environ})
