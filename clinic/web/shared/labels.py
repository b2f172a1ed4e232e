"""The words for closed lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Any

from flask import Flask
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from clinic.domain.appointments import CrewPart, Topic
from clinic.domain.attendance import FollowUp, Outcome
from clinic.domain.availability import Part, Said
from clinic.domain.calendars import Detail
from clinic.domain.interpreting import Modality, Obstacle, OfferState, Stage
from clinic.domain.people import Role
from clinic.domain.places import Publicity
from clinic.domain.queue import VisitState
from clinic.domain.recurrence import AfterSkip, Rhythm, SchoolHoliday
from clinic.domain.searches import AskState
from clinic.domain.sessions import CancelReason, Kind
from clinic.domain.sheets import Interpreted
from clinic.domain.timing import Offset
from clinic.domain.workshops import Attendance

LABELS: dict[type[StrEnum], dict[StrEnum, LazyString]] = {
    Role: {
        Role.COORDINATOR: _l("Coordination"),
        Role.MEDIATOR: _l("Peer mediation"),
        Role.LAWYER: _l("Lawyer"),
        Role.LEGAL_ADVISER: _l("Legal adviser"),
        Role.PSYCHOLOGIST: _l("Psychologist"),
        Role.INTERPRETER: _l("Interpreter"),
        Role.WORKSHOP_ORGANISER: _l("Workshop organiser"),
        Role.MEMBER: _l("Member"),
    },
    Kind: {
        Kind.LAW_ACCESS: _l("Law access point"),
        Kind.BUS: _l("Bus"),
        Kind.WORKSHOP: _l("Workshop"),
        Kind.OTHER: _l("Something else"),
    },
    Attendance: {
        Attendance.CAME: _l("came"),
        Attendance.EXCUSED: _l("excused"),
        Attendance.ABSENT: _l("did not come"),
        Attendance.UNKNOWN: _l("we do not know"),
    },
    Topic: {
        Topic.RIGHTS: _l("Knowing one's rights"),
        Topic.RESIDENCE: _l("Residence permit"),
        Topic.ASYLUM: _l("Asylum"),
        Topic.COMPLAINT: _l("Complaint"),
        Topic.FAMILY: _l("Family"),
        Topic.WORK: _l("Work"),
        Topic.HOUSING: _l("Housing"),
        Topic.HEALTH: _l("Health"),
        Topic.OTHER: _l("Other topic"),
    },
    CancelReason: {
        CancelReason.CREW: _l("Too few people on the crew"),
        CancelReason.VENUE: _l("The place is not available"),
        CancelReason.WEATHER: _l("Weather"),
        CancelReason.TRANSPORT: _l("Transport"),
        CancelReason.HOLIDAY: _l("Public holiday or closure"),
        CancelReason.SERIES: _l("The series changed"),
        CancelReason.OTHER: _l("Other reason"),
    },
    Publicity: {
        Publicity.PUBLIC: _l("Public: the exact place is shown to everyone"),
        Publicity.TOLD_LATE: _l("Told late: only the area is public"),
    },
    Rhythm: {
        Rhythm.ONCE: _l("Once"),
        Rhythm.WEEKLY: _l("Every week"),
        Rhythm.FORTNIGHTLY: _l("Every other week"),
        Rhythm.MONTHLY: _l("Once a month"),
    },
    AfterSkip: {
        AfterSkip.KEEP: _l("Keep the weeks as ever: the next date stays"),
        AfterSkip.SHIFT: _l("Shift: the next date comes a week later than the one left out"),
    },
    SchoolHoliday: {
        SchoolHoliday.AUTUMN: _l("autumn school holidays"),
        SchoolHoliday.CHRISTMAS: _l("Christmas school holidays"),
        SchoolHoliday.WINTER: _l("winter school holidays"),
        SchoolHoliday.SPRING: _l("spring school holidays"),
        SchoolHoliday.ASCENSION: _l("Ascension school holidays"),
        SchoolHoliday.SUMMER: _l("summer school holidays"),
    },
    CrewPart: {
        CrewPart.LEGAL: _l("lawyer or legal adviser"),
        CrewPart.MEDIATOR: _l("mediator"),
        CrewPart.INTERPRETER: _l("interpreter"),
    },
    Outcome: {
        Outcome.CAME: _l("came"),
        Outcome.EXCUSED: _l("excused herself"),
        Outcome.NO_SHOW: _l("did not come"),
    },
    FollowUp: {
        FollowUp.AGAIN: _l("another appointment"),
        FollowUp.LAWYER: _l("a lawyer to take it further"),
        FollowUp.PSYCHOLOGIST: _l("the psychologist"),
        FollowUp.MEDIATOR: _l("a talk with a mediator"),
        FollowUp.ACCOMPANIMENT: _l("somebody to come along"),
    },
    VisitState: {
        VisitState.WAITING: _l("waits"),
        VisitState.SEEN: _l("is seen"),
        VisitState.DONE: _l("was seen"),
        VisitState.LEFT: _l("left without being seen"),
    },
    Interpreted: {
        Interpreted.YES: _l("yes"),
        Interpreted.NO: _l("no"),
        Interpreted.TO_ASK: _l("to ask"),
    },
    Detail: {
        Detail.DISCREET: _l("Discreet: one neutral word"),
        Detail.NAMED: _l("Named: the name of the service, and the place if it is public"),
    },
    Modality: {
        Modality.ON_SITE: _l("On site"),
        Modality.TELEPHONE: _l("By telephone"),
    },
    Stage: {
        Stage.TO_ASK: _l("to ask"),
        Stage.ASKED: _l("asked"),
        Stage.ACCEPTED: _l("accepted"),
        Stage.WITHDRAWN: _l("no longer needed"),
    },
    OfferState: {
        OfferState.ASKED: _l("asked"),
        OfferState.ACCEPTED: _l("accepted"),
        OfferState.DECLINED: _l("said no"),
        OfferState.EXPIRED: _l("did not answer"),
        OfferState.FILLED: _l("somebody else was faster"),
        OfferState.WITHDRAWN: _l("no longer needed"),
    },
    AskState: {
        AskState.ASKED: _l("asked"),
        AskState.ACCEPTED: _l("accepted"),
        AskState.DECLINED: _l("said no"),
        AskState.FILLED: _l("somebody else was faster"),
        AskState.WITHDRAWN: _l("no longer needed"),
    },
    Obstacle: {
        Obstacle.LANGUAGE: _l("does not speak it"),
        Obstacle.NOT_ON_SITE: _l("does not come on site"),
        Obstacle.NO_TELEPHONE: _l("has no telephone number here"),
        Obstacle.BUSY: _l("taken at that time"),
        Obstacle.ASKED: _l("asked already"),
    },
    Offset: {
        Offset.WEEK_10: _l("a week before, at 10:00"),
        Offset.HOURS_48: _l("48 hours before"),
        Offset.DAYS_2_14: _l("two days before, at 14:00"),
        Offset.DAY_10: _l("the day before, at 10:00"),
        Offset.DAY_14: _l("the day before, at 14:00"),
        Offset.DAY_17: _l("the day before, at 17:00"),
        Offset.HOURS_3: _l("3 hours before"),
    },
    Part: {
        Part.DAYTIME: _l("Daytime"),
        Part.EVENING: _l("Evening"),
    },
    Said: {
        Said.CAN: _l("available"),
        Said.CANNOT: _l("said: not available"),
    },
}


def label(code: StrEnum) -> LazyString:
    """The words for one entry of a closed list."""
    return LABELS[type(code)][code]


def choices(codes: Iterable[StrEnum], *, ask: bool = False) -> list[tuple[str, str | LazyString]]:
    """A closed list for a form; with `ask`, an empty first choice."""
    listed: list[tuple[str, str | LazyString]] = [(code.value, label(code)) for code in codes]
    return [("", _l("Choose…")), *listed] if ask else listed


def listed(words: Mapping[Any, LazyString]) -> Callable[[], list[tuple[str, str]]]:
    """The choices of a field whose form has words of its own for them."""
    return lambda: [(str(code), str(each)) for code, each in words.items()]


def called(alias: str | None) -> str:
    """How somebody is called: by her alias or her name; in words, if there is no record of her."""
    return alias or gettext("Somebody without a record")


def topic_words(topic: Topic | None) -> str:
    """What an appointment is about, or that nobody said it."""
    return str(label(topic)) if topic else gettext("topic not said")


def with_said(words: str, said: Said) -> str:
    """Words for a person among those who may be asked, and after them what she said of that time, if anything."""
    return words if said is Said.NOTHING else f"{words} · {label(said)}"


def lacking(role: Role, count: int) -> str:
    """What is missing, as a sentence fragment: "2 lawyers missing"."""
    words = {
        Role.LAWYER: ngettext("%(num)d lawyer missing", "%(num)d lawyers missing", count),
        Role.LEGAL_ADVISER: ngettext("%(num)d legal adviser missing", "%(num)d legal advisers missing", count),
        Role.PSYCHOLOGIST: ngettext("%(num)d psychologist missing", "%(num)d psychologists missing", count),
        Role.MEDIATOR: ngettext("%(num)d mediator missing", "%(num)d mediators missing", count),
        Role.INTERPRETER: ngettext("%(num)d interpreter missing", "%(num)d interpreters missing", count),
    }
    return words[role]


def lacking_experience(role: Role) -> str:
    """That all who hold a role come for the first time, as a sentence fragment."""
    words = {
        Role.LAWYER: gettext("1 lawyer with experience missing"),
        Role.LEGAL_ADVISER: gettext("1 legal adviser with experience missing"),
        Role.PSYCHOLOGIST: gettext("1 psychologist with experience missing"),
        Role.MEDIATOR: gettext("1 mediator with experience missing"),
        Role.INTERPRETER: gettext("1 interpreter with experience missing"),
    }
    return words[role]


def present(role: Role, count: int) -> str:
    """Who is there, by number: "2 lawyers"."""
    words = {
        Role.LAWYER: ngettext("%(num)d lawyer", "%(num)d lawyers", count),
        Role.LEGAL_ADVISER: ngettext("%(num)d legal adviser", "%(num)d legal advisers", count),
        Role.PSYCHOLOGIST: ngettext("%(num)d psychologist", "%(num)d psychologists", count),
        Role.MEDIATOR: ngettext("%(num)d mediator", "%(num)d mediators", count),
        Role.INTERPRETER: ngettext("%(num)d interpreter", "%(num)d interpreters", count),
    }
    return words[role]


def install(app: Flask) -> None:
    """Offer the words to templates."""
    app.jinja_env.filters.update(label=label, called=called, topic=topic_words)
    app.jinja_env.globals.update(lacking=lacking, lacking_experience=lacking_experience, present=present)
