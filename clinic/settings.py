"""What an operator may set: the `CLINIC_*` environment variables, read once."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from clinic import keys
from clinic.keys import BadKeys, KeyRing

PORTS = range(1, 65536)
LOCAL_HOSTS = ("127.0.0.1", "localhost")


SMTP_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
SMS_NUMBER = "{to}"  # where an apprise address takes the number
SHORTEST_SECRET = 32


class SettingsError(Exception):
    """A setting that cannot be used; the message names it and says what it takes."""


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed in: `scheme` is "smtp", "smtp+starttls" or "smtps"."""

    scheme: str
    host: str
    port: int
    user: str | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class SmsGateway:
    """Where SMS are handed in: an http(s) address with its token, or an `apprise` address with `{to}` in it."""

    url: str = field(repr=False)
    sender: str = ""
    token: str | None = field(default=None, repr=False)

    @property
    def is_apprise(self) -> bool:
        return self.url.partition(":")[0].lower() not in ("http", "https")


@dataclass(frozen=True)
class Settings:
    """All settings; see the table in the README."""

    data: Path
    database_url: str
    base_url: str
    secret_key: str
    keys: KeyRing = field(repr=False)
    exit_url: str
    contact: str
    port: int
    listen: str
    mail_server: MailServer | None = None
    mail_from: str = ""
    sms_gateway: SmsGateway | None = None
    inbound_secret: str | None = field(default=None, repr=False)
    is_dry: bool = False

    @property
    def is_https(self) -> bool:
        return self.base_url.startswith("https://")

    @property
    def host(self) -> str:
        return urlsplit(self.base_url).hostname or ""

    @property
    def trusted_hosts(self) -> list[str]:
        return [self.host] if self.is_https else sorted({self.host, *LOCAL_HOSTS})


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings; raises `SettingsError` with a sentence for the operator."""
    env = os.environ if environ is None else environ
    data = Path(env.get("CLINIC_DATA", "var")).absolute()
    port = _port(env.get("PORT", "8000"))
    base_url = env.get("CLINIC_BASE_URL", f"http://127.0.0.1:{port}").rstrip("/")
    parts = urlsplit(base_url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingsError("CLINIC_BASE_URL must look like https://agenda.example.org")
    if parts.scheme == "http" and parts.hostname not in LOCAL_HOSTS:
        raise SettingsError("CLINIC_BASE_URL may be plain http only for 127.0.0.1 and localhost")
    exit_url = env.get("CLINIC_EXIT_URL", "https://meteofrance.com/")
    if urlsplit(exit_url).scheme != "https":
        raise SettingsError("CLINIC_EXIT_URL must begin with https://")
    mail_server = _mail_server(env.get("CLINIC_SMTP_URL", ""))
    return Settings(
        data=data,
        database_url=env.get("CLINIC_DATABASE_URL", f"sqlite:///{data / 'clinic.db'}"),
        base_url=base_url,
        secret_key=env.get("CLINIC_SECRET_KEY") or _kept(data / "secret-key", lambda: secrets.token_urlsafe(48)),
        keys=_key_ring(env, data),
        exit_url=exit_url,
        contact=env.get("CLINIC_CONTACT", "contact@mist-association.org"),
        port=port,
        listen=env.get("CLINIC_LISTEN", "127.0.0.1"),
        mail_server=mail_server,
        mail_from=_mail_from(env.get("CLINIC_MAIL_FROM", ""), is_needed=mail_server is not None),
        sms_gateway=_sms_gateway(env),
        inbound_secret=_inbound_secret(env.get("CLINIC_INBOUND_SECRET", "")),
        is_dry=_is_dry(env.get("CLINIC_DRY", "")),
    )


def _port(text: str) -> int:
    if not (text.isdecimal() and int(text) in PORTS):
        raise SettingsError("PORT must be a number from 1 to 65535")
    return int(text)


def _mail_server(url: str) -> MailServer | None:
    """Read the address of the mail server; without one, no mail is sent. Nothing of it is repeated in an error."""
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme not in SMTP_PORTS or not parts.hostname or parts.path not in ("", "/"):
        raise SettingsError("CLINIC_SMTP_URL must look like smtp+starttls://user:password@mail.example.org:587")
    user, password = (unquote(each) if each else None for each in (parts.username, parts.password))
    return MailServer(parts.scheme, parts.hostname, _smtp_port(parts), user, password)


def _smtp_port(parts: SplitResult) -> int:
    try:
        return parts.port or SMTP_PORTS[parts.scheme]
    except ValueError:
        raise SettingsError("CLINIC_SMTP_URL names a port that is none") from None


def _mail_from(address: str, *, is_needed: bool) -> str:
    if not address and not is_needed:
        return ""
    if not re.fullmatch(r"[!-?A-~]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", address):
        raise SettingsError("CLINIC_MAIL_FROM must be a plain address, like agenda@example.org")
    return address


def _sms_gateway(env: Mapping[str, str]) -> SmsGateway | None:
    """Read where SMS go; without an address, none is sent. Nothing of it is repeated in an error.

    What needs more than its shape is judged by `notices.sms.check`: the words of the sender, what apprise knows.
    """
    url = env.get("CLINIC_SMS_URL", "")
    if not url:
        return None
    sender = env.get("CLINIC_SMS_FROM", "")
    if sender and not re.fullmatch(r"[A-Za-z0-9]{3,11}|\+[1-9][0-9]{6,14}", sender):
        raise SettingsError(
            "CLINIC_SMS_FROM must be 3 to 11 letters and digits, like Agenda, or a number like +33700000000"
        )
    gateway = SmsGateway(url, sender, env.get("CLINIC_SMS_TOKEN") or None)
    if re.match(r"https?:", url, re.IGNORECASE):
        _check_gateway(gateway)
    elif not re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", url) or SMS_NUMBER not in url:
        raise SettingsError("CLINIC_SMS_URL must begin with https://, or be an apprise address that holds {to}")
    return gateway


def _check_gateway(gateway: SmsGateway) -> None:
    try:
        parts = urlsplit(gateway.url)
        is_address = (
            bool(parts.hostname) and parts.port != 0 and not (parts.username or parts.password or parts.fragment)
        )
    except ValueError:
        is_address = False
    if not (is_address and re.fullmatch(r"[!-~]+", gateway.url)):
        raise SettingsError("CLINIC_SMS_URL must look like https://sms.example.org/messages, without a password in it")
    if parts.scheme == "http" and parts.hostname not in LOCAL_HOSTS:
        raise SettingsError("CLINIC_SMS_URL may be plain http only for 127.0.0.1 and localhost")
    if not re.fullmatch(r"[A-Za-z0-9._~+/-]+=*", gateway.token or ""):  # RFC 6750 §2.1
        raise SettingsError("CLINIC_SMS_TOKEN must be the token that the gateway at CLINIC_SMS_URL wants")
    if not gateway.sender:
        raise SettingsError("CLINIC_SMS_FROM must name the sender, like Agenda")


def _inbound_secret(text: str) -> str | None:
    if text and len(text) < SHORTEST_SECRET:
        raise SettingsError(f"CLINIC_INBOUND_SECRET must have at least {SHORTEST_SECRET} characters")
    return text or None


def _is_dry(text: str) -> bool:
    if text not in ("", "0", "1"):
        raise SettingsError("CLINIC_DRY must be 1 (nothing leaves the house) or 0")
    return text == "1"


def _key_ring(env: Mapping[str, str], data: Path) -> KeyRing:
    """Read the keys of the contact data (S50), made once if none are set; nothing of them is repeated in an error."""
    named = env.get("CLINIC_KEYS_FILE")
    if "CLINIC_KEYS" in env and named is not None:
        raise SettingsError("CLINIC_KEYS and CLINIC_KEYS_FILE cannot both be set")
    if "CLINIC_KEYS" in env:
        return _parsed("CLINIC_KEYS", env["CLINIC_KEYS"].replace(";", "\n"))
    source = "The file `keys` in CLINIC_DATA" if named is None else "The file that CLINIC_KEYS_FILE names"
    try:
        text = _kept(data / "keys", keys.make) if named is None else Path(named).read_text(encoding="utf-8")
    except (OSError, ValueError):
        raise SettingsError(f"{source} is missing or cannot be read") from None
    return _parsed(source, text)


def _parsed(source: str, text: str) -> KeyRing:
    try:
        return keys.parse(text)
    except BadKeys as bad:
        raise SettingsError(f"{source} cannot be used: {bad}") from None


def _kept(path: Path, draw: Callable[[], str]) -> str:
    """Draw a secret once, readable by its owner alone; two first starts at once agree on one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        fresh = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(draw())
            file.flush()
            os.fsync(file.fileno())  # what is sealed with it must not outlive it
        with suppress(FileExistsError):
            os.link(fresh, path)
        fresh.unlink()
    return path.read_text(encoding="ascii")
