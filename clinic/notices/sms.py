"""Sending an SMS: one segment, one neutral sender, through the JSON gateway or through what `apprise` reaches."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from urllib.parse import quote

from clinic.domain import segments
from clinic.domain.text import forbidden_word
from clinic.notices import gateway as json_gateway
from clinic.notices.smtp import PATIENCE, Delivery
from clinic.notices.words import LOCALES
from clinic.services.outbox import Fate
from clinic.settings import SMS_NUMBER, SettingsError, SmsGateway

try:
    import apprise
except ImportError:  # an extra that few installations have
    apprise = None  # type: ignore[assignment]

_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")  # E.164
_ANY_NUMBER = "+33600000000"
_WORD_BEGINS = re.compile(r"(?<=[a-z])(?=[A-Z0-9])|(?<=[0-9])(?=[A-Za-z])")  # AgendaParis is read as two words
_one_at_a_time = Lock()


def check(gateway: SmsGateway) -> None:
    """Judge at the start what needs more than the shape of a setting. Raises `SettingsError`, repeating nothing of it.

    The sender passes the deny-list of every language (S12); an apprise address is one that apprise can use.
    """
    apart = _WORD_BEGINS.sub(" ", gateway.sender)
    if any(forbidden_word(each, language) for language in LOCALES for each in (gateway.sender, apart)):
        raise SettingsError("CLINIC_SMS_FROM holds a word that must not stand on a lock screen: take another")
    if not gateway.is_apprise:
        return
    if apprise is None:
        raise SettingsError("CLINIC_SMS_URL needs one package more: pip install 'clinic[sms]'")
    with _silence():
        service = _service(gateway, _ANY_NUMBER)
    if service is None:
        raise SettingsError("CLINIC_SMS_URL must begin with https://, or be an address that apprise can use")


def deliver(text: str, *, to: str, message_token: str, gateway: SmsGateway, patience: float = PATIENCE) -> Delivery:
    """Send one SMS to a number as E.164 writes it (+33…), with `patience` in seconds for each answer.

    Never raises for what a gateway does: it becomes a fate and a code that names nobody, `UNKNOWN` once the message may
    have been taken. The same token is the same message to the JSON gateway; apprise knows no such thing.
    """
    body = segments.as_sms(text)
    if not segments.count(body).fits:
        return Delivery(Fate.REFUSED, "too_long")
    if not _NUMBER.fullmatch(to):
        return Delivery(Fate.REFUSED, "number")
    with _silence():
        if gateway.is_apprise:
            return _by_apprise(body, to=to, gateway=gateway, patience=patience)
        return json_gateway.deliver(body, to=to, message_token=message_token, gateway=gateway, patience=patience)


def _by_apprise(body: str, *, to: str, gateway: SmsGateway, patience: float) -> Delivery:
    """Apprise says yes or no, and of a no not whether the message was taken: then nobody knows.

    Asked itself a service sends once; what would send again after a no lives in `Apprise.notify`.
    """
    service = _service(gateway, to)
    if service is None:
        return Delivery(Fate.LATER, "apprise_address", is_down=True)
    service.socket_connect_timeout = service.socket_read_timeout = patience
    try:
        is_sent = service.notify(body=body, title="", body_format="text")
    except Exception:
        return Delivery(Fate.UNKNOWN, "apprise_error", is_down=True)
    return Delivery(Fate.SENT) if is_sent else Delivery(Fate.UNKNOWN, "apprise_no", is_down=True)


def _service(gateway: SmsGateway, to: str) -> apprise.NotifyBase | None:
    """What apprise makes of the address, or None."""
    neutral = apprise.AppriseAsset(
        app_id="agenda",
        app_desc="agenda",
        app_url="",
        http_redirects=False,
        interpret_emojis=False,
        storage_mode="memory",
    )
    try:
        return apprise.Apprise.instantiate(gateway.url.replace(SMS_NUMBER, quote(to, safe="")), asset=neutral)
    except Exception:  # whatever one of its many services stumbles over
        return None


@contextmanager
def _silence() -> Iterator[None]:
    """Log nothing, from no library, while a number is at hand: services log addresses, numbers and answers (S52)."""
    with _one_at_a_time:
        before = logging.root.manager.disable
        logging.disable(logging.CRITICAL)
        try:
            yield
        finally:
            logging.disable(before)
