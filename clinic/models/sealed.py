"""Columns whose text is sealed with the keys of this process, and the proof that the keys belong to the database."""

from __future__ import annotations

import json
import logging
from enum import StrEnum
from typing import Any, Generic, Never, TypeVar

from sqlalchemy import CheckConstraint, Dialect, LargeBinary
from sqlalchemy.exc import DontWrapMixin
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from clinic.keys import CannotOpen, KeyRing
from clinic.models.base import Base

Kept = TypeVar("Kept")
_in_use: list[KeyRing] = []
_LOG = logging.getLogger("clinic.sealed")


class NoKeys(DontWrapMixin, RuntimeError):
    """Something sealed was touched before `use` was called."""


def use(ring: KeyRing) -> None:
    """Seal and open with these keys from now on, in the whole process."""
    _in_use[:] = [ring]


def digest(text: str, place: str) -> str:
    """Return the keyed digest of text in its look-up form; see `KeyRing.digest`. Raises `NoKeys`."""
    return _ring().digest(text, place)


class _SealedColumn(TypeDecorator[Kept], Generic[Kept]):
    """What sealed columns share: their place, and that no question of SQL can look inside."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, place: str) -> None:
        super().__init__()
        self.place = place

    def coerce_compared_value(self, op: Any, value: Any) -> Never:  # noqa: ARG002
        raise TypeError(f"{self.place} is sealed: it cannot be compared, look it up by a digest")


class Sealed(_SealedColumn[str]):
    """Text, sealed for its place: `Sealed("contacts.number")`. NULL stays NULL."""

    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:  # noqa: ARG002
        return None if value is None else _ring().seal(value, self.place)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else _ring().open(value, self.place)


Code = TypeVar("Code", bound=StrEnum)


class SealedCode(_SealedColumn[Code], Generic[Code]):
    """One entry of a closed list, sealed for its place: `SealedCode(Topic, "appointments.topic")`. NULL stays NULL."""

    cache_ok = True

    def __init__(self, kind: type[Code], place: str) -> None:
        super().__init__(place)
        self.kind = kind

    def process_bind_param(self, value: Code | None, dialect: Dialect) -> bytes | None:  # noqa: ARG002
        return None if value is None else _ring().seal(value, self.place)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Code | None:  # noqa: ARG002
        return None if value is None else self.kind(_ring().open(value, self.place))


class SealedJson(_SealedColumn[dict[str, Any]]):
    """One document of JSON, sealed as a whole; it is replaced, never changed in place.

    One that does not open, because its row was damaged, is read as NULL and logged: it must not stop what is read with
    it. Wrong keys are found at the start (`KeyProof`).
    """

    cache_ok = True

    def process_bind_param(self, value: dict[str, Any] | None, dialect: Dialect) -> bytes | None:  # noqa: ARG002
        if value is None:
            return None
        text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return _ring().seal(text, self.place)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> dict[str, Any] | None:  # noqa: ARG002
        if value is None:
            return None
        try:
            document: dict[str, Any] = json.loads(_ring().open(value, self.place))
        except CannotOpen:
            _LOG.error("one of %s cannot be opened: it was damaged", self.place)
            return None
        return document


class KeyProof(Base):
    """The one row that only the keys of this database open, with a digest that only its look-up key makes."""

    __tablename__ = "key_proofs"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    proof: Mapped[str] = mapped_column(Sealed("key_proofs.proof"))


def proof() -> str:
    """Return what the row of `KeyProof` must hold under the keys in use. Raises `NoKeys`."""
    return digest("proof", "key_proofs.proof")


def _ring() -> KeyRing:
    if not _in_use:
        raise NoKeys("no keys are in use: clinic.models.sealed.use(ring) comes first")
    return _in_use[0]
