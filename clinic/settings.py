"""What an operator may set: the `CLINIC_*` environment variables, read once."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

PORTS = range(1, 65536)
LOCAL_HOSTS = ("127.0.0.1", "localhost")


SMTP_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


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
class Settings:
    """All settings; see the table in the README."""

    data: Path
    database_url: str
    base_url: str
    secret_key: str
    exit_url: str
    contact: str
    port: int
    listen: str
    mail_server: MailServer | None = None
    mail_from: str = ""

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
        secret_key=env.get("CLINIC_SECRET_KEY") or _kept_secret(data / "secret-key"),
        exit_url=exit_url,
        contact=env.get("CLINIC_CONTACT", "contact@mist-association.org"),
        port=port,
        listen=env.get("CLINIC_LISTEN", "127.0.0.1"),
        mail_server=mail_server,
        mail_from=_mail_from(env.get("CLINIC_MAIL_FROM", ""), is_needed=mail_server is not None),
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


def _kept_secret(path: Path) -> str:
    """Make the key once, readable by its owner alone; two first starts at once agree on one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        fresh = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
        with suppress(FileExistsError):
            os.link(fresh, path)
        fresh.unlink()
    return path.read_text(encoding="ascii")
