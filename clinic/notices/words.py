"""The words of a notice in its reader's language: neutral for those who work here (S16), emptier for members (S11)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from gettext import NullTranslations

from babel.dates import format_date
from babel.support import Translations

from clinic.domain.notices import Facts, Kind
from clinic.domain.text import forbidden_word
from clinic.domain.times import local_date, to_local
from clinic.paths import beside

LOCALES = {"fr": "fr", "en": "en_GB"}
FIRST = "fr"
LONGEST = 160
ON_A_LOCK_SCREEN = 40


class Unspeakable(Exception):
    """A text that may not leave the house: it holds a word of the deny-list, or is too long."""


def subject(language: str) -> str:
    """The neutral subject of every mail."""
    return _catalogue(_known(language)).gettext("Agenda")


def text(facts: Facts) -> str:
    """The one line of a notice. Raises `Unspeakable` where the second net catches something (S12)."""
    language = _known(facts.language)
    sentences = _at_work(language) if facts.works_here else _to_members(language, facts)
    if facts.kind not in sentences:
        raise Unspeakable
    said = sentences[facts.kind] % _slots(facts, language)
    if len(said) > LONGEST or any(forbidden_word(said[:end], language) for end in (ON_A_LOCK_SCREEN, LONGEST)):
        raise Unspeakable
    return said


def _at_work(language: str) -> Mapping[Kind, str]:
    """The agenda word of the service, the day, the hour: the screen knows the rest."""
    gettext = _catalogue(language).gettext
    noted = gettext("Noted in your agenda: %(word)s, %(day)s, %(time)s. Details in the application.")
    changed = gettext("Agenda change: %(word)s, now %(day)s, %(time)s. Details in the application.")
    return {
        Kind.SHIFT_TAKEN: noted,
        Kind.SHIFT_GIVEN_BACK: gettext("No longer in your agenda: %(word)s, %(day)s, %(time)s."),
        Kind.OFFER_ASKED: gettext("Agenda proposal: %(word)s, %(day)s, %(time)s. Answer in the application."),
        Kind.OFFER_ACCEPTED: gettext("Agenda answer: yes for %(word)s, %(day)s, %(time)s."),
        Kind.OFFER_DECLINED: gettext("Agenda answer: no for %(word)s, %(day)s, %(time)s. Details in the application."),
        Kind.OFFER_FILLED: gettext("Agenda proposal filled: %(word)s, %(day)s, %(time)s. Nothing to do, thank you."),
        Kind.OFFER_WITHDRAWN: gettext("Agenda proposal withdrawn: %(word)s, %(day)s, %(time)s."),
        Kind.REGISTERED: noted,
        Kind.PLACE_FALLEN_FREE: noted,
        Kind.SESSION_MOVED: changed,
        Kind.SESSION_CANCELLED: gettext("Agenda change: %(word)s, %(day)s, %(time)s, does not take place."),
        Kind.SESSION_RESTORED: gettext("Agenda change: %(word)s, %(day)s, %(time)s, takes place after all."),
        Kind.REMINDER: gettext("Agenda reminder: %(word)s, %(day)s, %(time)s. Details in the application."),
        Kind.ASK_MADE: gettext("Agenda proposal: %(word)s, %(day)s, %(time)s. Answer in the application."),
        Kind.ASK_FILLED: gettext("Agenda proposal filled: %(word)s, %(day)s, %(time)s. Nothing to do, thank you."),
        Kind.ASK_WITHDRAWN: gettext("Agenda proposal withdrawn: %(word)s, %(day)s, %(time)s."),
        Kind.STAND_IN_FOUND: gettext("Somebody takes over: %(word)s, %(day)s, %(time)s. You are free, thank you."),
        Kind.DECISION_DUE: gettext("Agenda question: %(word)s, %(day)s, %(time)s. Please decide in the application."),
        Kind.CALLS_WAITING: gettext("Agenda, to do now: %(word)s, %(day)s, %(time)s. Details in the application."),
        Kind.SPOT_CHANGED: gettext("Agenda change: %(word)s, %(day)s, %(time)s. Look up where in the application."),
    }


def _to_members(language: str, facts: Facts) -> Mapping[Kind, str]:
    """A day, an hour, a neutral noun: no link, name, place or purpose."""
    gettext = _catalogue(language).gettext
    if facts.was_at in (None, facts.starts_at):
        moved = gettext("There is a change to the appointment on %(day)s at %(time)s.")
    else:
        moved = gettext("The appointment of %(old_day)s is moved to %(day)s at %(time)s.")
    return {
        Kind.REGISTERED: gettext("Noted: appointment %(day)s at %(time)s."),
        Kind.PLACE_FALLEN_FREE: gettext("It works out: appointment %(day)s at %(time)s."),
        Kind.SESSION_MOVED: moved,
        Kind.SESSION_CANCELLED: gettext("The appointment on %(day)s at %(time)s does not take place."),
        Kind.SESSION_RESTORED: gettext("The appointment on %(day)s at %(time)s takes place after all."),
        Kind.REMINDER: gettext("Reminder: appointment %(day)s at %(time)s."),
        Kind.SPOT_CHANGED: gettext("There is a change to the appointment on %(day)s at %(time)s."),
    }


def _slots(facts: Facts, language: str) -> Mapping[str, str]:
    return {
        "word": facts.agenda_words.get(language) or facts.agenda_words[FIRST],
        "day": _day(local_date(facts.starts_at), language),
        "time": _time(facts.starts_at, language),
        "old_day": _day(local_date(facts.was_at or facts.starts_at), language),
    }


def _day(day: date, language: str) -> str:
    """jeudi 12 mars, dimanche 1er mars; Thursday 12 March."""
    words = format_date(day, "EEEE d MMMM", locale=LOCALES[language])
    if language == "fr" and day.day == 1:
        return " ".join("1er" if word == "1" else word for word in words.split(" "))
    return words


def _time(at: datetime, language: str) -> str:
    """18h00 in French, 18:00 in English."""
    return f"{to_local(at):%Hh%M}" if language == "fr" else f"{to_local(at):%H:%M}"


def _known(language: str) -> str:
    return language if language in LOCALES else FIRST


@cache
def _catalogue(language: str) -> NullTranslations:
    """The very catalogue of the pages; a language without one speaks as the code does."""
    return Translations.load(str(beside("translations")), [language])
