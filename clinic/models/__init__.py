"""The tables; importing this package makes all of them known."""

from __future__ import annotations

from clinic.models.appointments import Appointment, Attending, Disclosure
from clinic.models.audit import AuditEntry
from clinic.models.availability import DatedAvailability, UsualTime
from clinic.models.base import Base
from clinic.models.beneficiaries import Beneficiary, Exclusion
from clinic.models.calendars import FeedLink
from clinic.models.calls import Call
from clinic.models.contacts import Contact, ContactTask
from clinic.models.demonstration import Demonstration
from clinic.models.interpreting import Interpreter, Need, Offer, SpokenLanguage
from clinic.models.meetings import Meeting, MeetingWord
from clinic.models.notices import Notice, Valve
from clinic.models.occupancy import Occupancy
from clinic.models.people import PasswordCode, Person, PersonRole
from clinic.models.places import Closure, Place
from clinic.models.queue import Visit
from clinic.models.repeats import Repeat
from clinic.models.rota import Shift
from clinic.models.sealed import KeyProof
from clinic.models.searches import Ask, Recusal, Search
from clinic.models.sessions import ClinicSession, Series, SeriesNeed, SeriesSkip, SessionNeed
from clinic.models.workshops import Registration, Workshop

__all__ = [
    "Appointment",
    "Ask",
    "Attending",
    "AuditEntry",
    "Base",
    "Beneficiary",
    "Call",
    "ClinicSession",
    "Closure",
    "Contact",
    "ContactTask",
    "DatedAvailability",
    "Demonstration",
    "Disclosure",
    "Exclusion",
    "FeedLink",
    "Interpreter",
    "KeyProof",
    "Meeting",
    "MeetingWord",
    "Need",
    "Notice",
    "Occupancy",
    "Offer",
    "PasswordCode",
    "Person",
    "PersonRole",
    "Place",
    "Recusal",
    "Registration",
    "Repeat",
    "Search",
    "Series",
    "SeriesNeed",
    "SeriesSkip",
    "SessionNeed",
    "Shift",
    "SpokenLanguage",
    "UsualTime",
    "Valve",
    "Visit",
    "Workshop",
]
