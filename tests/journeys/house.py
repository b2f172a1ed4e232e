"""The demonstration around Sunday 22 November 2026, as it is served to browsers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from time import monotonic, sleep

from flask import Flask
from sqlalchemy import select

from clinic.app import create_app
from clinic.db import Database
from clinic.domain.appointments import AppointmentState
from clinic.domain.people import Role
from clinic.domain.rota import ShiftState
from clinic.domain.sessions import Kind
from clinic.models import Appointment, Beneficiary, ClinicSession, Person, Series, Shift
from clinic.settings import read_settings
from tests import instruments
from tests.instruments import Clock
from tests.journeys.door import DULL_SITE, Door
from tests.keyring import KEYS

SOON = 5.0  # seconds


@dataclass(frozen=True)
class House:
    """The demonstration as it is served to browsers."""

    url: str
    app: Flask
    clock: Clock
    database: Database

    def session(self, kind: Kind, on: date) -> str:
        """The id of the session of a kind that the rule laid on this day."""
        query = select(ClinicSession.id).join(Series).where(Series.kind == kind, ClinicSession.planned_on == on)
        with self.database.read() as tx:
            return tx.scalars(query).one()

    def crew(self, session_id: str, role: Role) -> list[Person]:
        """Who holds a shift of a role at a session, by the name they sign in with."""
        query = select(Person).join(Shift).where(Shift.session_id == session_id, Shift.role == role)
        with self.database.read() as tx:
            return list(tx.scalars(query.where(Shift.state != ShiftState.RELEASED).order_by(Person.sign_in_name)))

    def aliases(self, session_id: str) -> list[str]:
        """Who is booked at a session, in order of time and desk."""
        query = select(Beneficiary.alias).join(Appointment).where(Appointment.session_id == session_id)
        with self.database.read() as tx:
            booked = query.where(Appointment.state == AppointmentState.BOOKED)
            return list(tx.scalars(booked.order_by(Appointment.starts_at, Appointment.desk)))


@contextmanager
def house_at(door: Door, folder: Path) -> Iterator[House]:
    """Serve the demonstration that lies in a folder."""
    settings = read_settings(
        {
            "CLINIC_DATA": str(folder),
            "CLINIC_SECRET_KEY": "a key for journeys alone",
            "CLINIC_KEYS": KEYS,
            "CLINIC_BASE_URL": door.url,
            "CLINIC_EXIT_URL": f"https://{DULL_SITE}/",
        }
    )
    clock = Clock()
    app = create_app(settings, clock=clock)
    database: Database = app.extensions["clinic"].database
    door.application = app
    yield House(door.url, app, clock, database)
    _let_finish(database)
    instruments.close(database)


def _let_finish(database: Database) -> None:
    """Give what an open page asked by itself, as it was closed, a moment to be answered."""
    until = monotonic() + SOON
    while database.engine.pool.checkedout() and monotonic() < until:  # type: ignore[attr-defined]
        sleep(0.05)
