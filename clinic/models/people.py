"""Accounts, their roles, and the paper codes that set a password."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clinic.domain.people import Role
from clinic.models.base import Base, HasId, UtcInstant, coded


class Person(HasId, Base):
    """Someone with an account; `session_version` rises to end every open sign-in.

    `is_new`: never alone in her role on a crew, until a first session of hers is over.
    """

    __tablename__ = "people"

    sign_in_name: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    password_hash: Mapped[str | None] = mapped_column(String(160))
    language: Mapped[str | None] = mapped_column(String(8))
    session_version: Mapped[int] = mapped_column(default=1)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcInstant)
    created_at: Mapped[datetime] = mapped_column(UtcInstant)
    is_new: Mapped[bool] = mapped_column(default=False)
    held: Mapped[list[PersonRole]] = relationship(lazy="raise", cascade="all, delete-orphan")


class PersonRole(Base):
    """One role that a person holds."""

    __tablename__ = "person_roles"

    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), primary_key=True)
    role: Mapped[Role] = mapped_column(coded(Role), primary_key=True)


class PasswordCode(Base):
    """The one live paper code of a person, as a digest; a new one replaces it."""

    __tablename__ = "password_codes"

    person_id: Mapped[str] = mapped_column(ForeignKey("people.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(String(160))
    tries_left: Mapped[int]
    expires_at: Mapped[datetime] = mapped_column(UtcInstant)
