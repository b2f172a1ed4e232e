"""Interpreters asked and answered: who may be asked, and whose acceptance stands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from clinic.domain.answers import Refused
from clinic.domain.times import QUANTUM


class Modality(StrEnum):
    """Whether the interpreter comes or is called."""

    ON_SITE = "on_site"
    TELEPHONE = "telephone"


class NeedState(StrEnum):
    """Somebody is still needed, has accepted, or is needed no longer."""

    OPEN = "open"
    FILLED = "filled"
    WITHDRAWN = "withdrawn"


class OfferState(StrEnum):
    """What became of asking one interpreter."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    FILLED = "filled"
    WITHDRAWN = "withdrawn"


class Stage(StrEnum):
    """How far a need has come; nobody reads "booked" before somebody accepted."""

    TO_ASK = "to_ask"
    ASKED = "asked"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"


NUMBER_SHOWN_AFTER = timedelta(hours=2)
ANSWER_BEFORE = timedelta(hours=24)
HOLDING = frozenset({OfferState.ASKED, OfferState.ACCEPTED})
_DIALLED = re.compile(r"\+[1-9][0-9]{6,14}")
_SEPARATORS = re.compile(r"[ .()/-]")


class Obstacle(StrEnum):
    """Why an interpreter cannot be asked: said to the mediator, one word at a time."""

    LANGUAGE = "language"
    NOT_ON_SITE = "not_on_site"
    NO_TELEPHONE = "no_telephone"
    BUSY = "busy"
    ASKED = "asked"


@dataclass(frozen=True)
class Candidate:
    """An interpreter as matching sees her."""

    languages: frozenset[str]
    comes_on_site: bool
    has_phone: bool
    is_busy: bool
    is_asked: bool


def obstacle(candidate: Candidate, language: str, modality: Modality) -> Obstacle | None:
    """Why she cannot be asked, or None: the language first, then the way of working, then her time."""
    if language not in candidate.languages:
        return Obstacle.LANGUAGE
    if modality is Modality.ON_SITE and not candidate.comes_on_site:
        return Obstacle.NOT_ON_SITE
    if modality is Modality.TELEPHONE and not candidate.has_phone:
        return Obstacle.NO_TELEPHONE
    if candidate.is_asked:
        return Obstacle.ASKED
    return Obstacle.BUSY if candidate.is_busy else None


def check_need(starts_at: datetime, answer_by: datetime, now: datetime) -> None:
    """Refuse an answer-by that is past or not before the start."""
    if not now < answer_by <= starts_at:
        raise Refused("answer_by_outside")


def usual_answer_by(starts_at: datetime, now: datetime) -> datetime:
    """Until when an answer is usually awaited: 24 hours before the start, half-way when that is past; on a quarter."""
    wished = starts_at - ANSWER_BEFORE if now < starts_at - ANSWER_BEFORE else now + (starts_at - now) / 2
    rounded = wished - timedelta(seconds=wished.timestamp() % QUANTUM.total_seconds())
    return rounded if rounded > now else starts_at


def stage(need: NeedState, *, is_asked: bool) -> Stage:
    """How far a need has come; what was asked and not answered in time is to be asked again."""
    if need is NeedState.OPEN:
        return Stage.ASKED if is_asked else Stage.TO_ASK
    return Stage.ACCEPTED if need is NeedState.FILLED else Stage.WITHDRAWN


def dialled(phone: str) -> str | None:
    """The number to dial, with its country (E.164), of what somebody typed; a French number may leave it out.

    None for what is no telephone number.
    """
    digits = _SEPARATORS.sub("", phone.replace("(0)", ""))
    number = re.sub("^0(?=[1-9][0-9]{8}$)", "+33", re.sub("^00", "+", digits))
    return number if _DIALLED.fullmatch(number) else None


def state_of(state: OfferState, answer_by: datetime, now: datetime) -> OfferState:
    """The state as it stands now: an unanswered offer expires by itself."""
    return OfferState.EXPIRED if state is OfferState.ASKED and answer_by <= now else state


def check_answer(state: OfferState, need: NeedState, answer_by: datetime, now: datetime) -> None:
    """Refuse an answer to what is filled, withdrawn, expired or answered already."""
    if need is NeedState.FILLED or state is OfferState.FILLED:
        raise Refused("offer_filled")
    if need is NeedState.WITHDRAWN or state is OfferState.WITHDRAWN:
        raise Refused("offer_withdrawn")
    if state_of(state, answer_by, now) is OfferState.EXPIRED:
        raise Refused("offer_expired")
    if state is not OfferState.ASKED:
        raise Refused("offer_answered")


def check_open(need: NeedState) -> None:
    """Refuse to ask for what is filled or no longer needed."""
    if need is NeedState.FILLED:
        raise Refused("need_filled")
    if need is NeedState.WITHDRAWN:
        raise Refused("need_withdrawn")


def check_not_begun(starts_at: datetime, now: datetime) -> None:
    """Refuse to give back what has begun."""
    if starts_at <= now:
        raise Refused("session_begun")
