"""What those who are helped are told of their appointments: by message where one reaches them in time, else by call."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from clinic.domain import calls as rules
from clinic.domain import timing
from clinic.domain.calls import Change, Word
from clinic.domain.contacts import Helped
from clinic.domain.notices import WAITING, Kind, State, Whereabouts
from clinic.domain.people import SignedIn
from clinic.models import Appointment, Call, ClinicSession, Notice
from clinic.queries import calls as call_queries
from clinic.queries import heard, outbox, standing
from clinic.services import calls, notices
from clinic.services.calls import KIND_OF


@dataclass(frozen=True)
class _Known:
    """Calls and messages about one appointment, and where it was when she last knew, if it was moved since."""

    calls: list[Call]
    confirmations: list[Notice]
    words: list[Word]
    was: Whereabouts | None

    @property
    def was_said_nothing(self) -> bool:
        """No message left, and nobody called."""
        sent = any(each.state not in (*WAITING, State.SUPERSEDED) for each in self.confirmations)
        return not sent and not any(each.told_at for each in self.words)


def booked(tx: Session, appointment: Appointment, *, now: datetime) -> None:
    """Confirm an appointment just booked, and remind her of it; repeated it is the same."""
    whom = Helped(appointment.beneficiary_id)
    if not outbox.of_object(tx, whom, appointment.id):
        _say(tx, appointment, Kind.BOOKED, now)
        remind(tx, [appointment], now=now)


def changed(
    tx: Session,
    session: ClinicSession,
    change: Change,
    appointments: Collection[Appointment],
    *,
    was: Mapping[str, Whereabouts] | None = None,
    now: datetime,
) -> None:
    """Tell those who have these appointments of a change: whom no message reaches before it begins is called (S14).

    What was not told yet goes first: moved back, or taken back in time, is never told. `was`: where each was before.
    """
    is_new = [_tell(tx, session, each, change, (was or {}).get(each.id), now) for each in appointments]
    calls.alert(tx, session, is_new=any(is_new), now=now)


def unbooked(tx: Session, session: ClinicSession, appointment: Appointment, *, now: datetime) -> None:
    """Tell her that her appointment alone was called off; nothing, if it was booked by mistake a moment ago."""
    known = _known(tx, appointment, None, takes_place=False)
    waits = any(each.state in WAITING for each in known.confirmations)
    is_fresh = now - appointment.booked_at < timing.UNDO_FOR
    # Restored or moved back it is confirmed anew: that is no new booking, and she counts on it.
    if waits and is_fresh and not known.words and known.was_said_nothing:
        notices.forget(tx, [appointment.id])
        calls.drop(tx, [appointment.id], now=now)
        calls.alert(tx, session, is_new=False, now=now)
    else:
        changed(tx, session, Change.CANCELLED, [appointment], now=now)


def known(
    tx: Session, session: ClinicSession, change: Change, appointment: Appointment, *, by: SignedIn, now: datetime
) -> None:
    """Note that she knows of a change already, because they spoke: no message and no call."""
    notices.forget_words(tx, [appointment.id])
    calls.note_known(tx, session, calls.thing_of(session, appointment), change, by=by, now=now)


def no_longer_here(tx: Session, session: ClinicSession, *, now: datetime) -> None:
    """An appointment left this session: nobody is asked to call about it any more, if that was all."""
    calls.alert(tx, session, is_new=False, now=now)


def remind(tx: Session, appointments: Collection[Appointment], *, now: datetime) -> None:
    """Plan the reminders of these appointments at their time, in the place of those that wait."""
    notices.forget_reminders(tx, [each.id for each in appointments])
    for each in appointments:
        whom, starts_at = Helped(each.beneficiary_id), each.starts_at
        notices.remind(tx, to=whom, about=each.id, session_id=each.session_id, starts_at=starts_at, now=now)


def _tell(
    tx: Session,
    session: ClinicSession,
    appointment: Appointment,
    change: Change,
    was: Whereabouts | None,
    now: datetime,
) -> bool:
    """Plan the one message, or the one call, that is still owed; say whether there is a new call."""
    thing = calls.thing_of(session, appointment)
    known = _known(tx, appointment, was, takes_place=thing.takes_place)
    words, happened = known.words, frozenset({change})
    here = standing.whereabouts(tx, appointment.id, session.id)
    if known.was == here:  # moved back: as she knows it
        words = [each for each in words if each.change is not Change.MOVED or each.told_at]
        happened -= {Change.MOVED}
    is_ahead = appointment.starts_at > now
    wanted = rules.owed(words, happened, takes_place=thing.takes_place) if is_ahead else None
    was_at = known.was.starts_at if known.was and wanted is Change.MOVED else None
    begins = rules.in_time(appointment.starts_at, was_at, now)
    elsewhere = {Change.SPOT} if known.was and known.was.place_id != here.place_id else set()
    is_written = _can_be_written(tx, appointment, wanted, rules.unsaid(words) | happened | elsewhere, begins, now)
    if wanted and is_written:
        _say(tx, appointment, KIND_OF[wanted], now, was=known.was if wanted is Change.MOVED else None)
    else:
        notices.forget_words(tx, [appointment.id])
    if wanted is Change.MOVED and not is_written:
        whom = Helped(appointment.beneficiary_id)
        notices.leave_to_call(
            tx, Kind.SESSION_MOVED, to=whom, about=appointment.id, session_id=session.id, was=known.was, now=now
        )
    if wanted is None and is_ahead and thing.takes_place and known.was_said_nothing and known.confirmations:
        _say(tx, appointment, Kind.BOOKED, now)
    return calls.settle(tx, session, thing, None if is_written else wanted, known.calls, now=now)


def _can_be_written(
    tx: Session,
    appointment: Appointment,
    wanted: Change | None,
    news: frozenset[Change],
    begins: datetime,
    now: datetime,
) -> bool:
    """Whether a message can say it, and before it begins: none says where, or calls off a time she never heard of."""
    cannot_be_put = Change.MOVED if wanted is Change.CANCELLED else Change.SPOT
    if wanted is None or cannot_be_put in news:
        return False
    whose = appointment.beneficiary_id
    reach = call_queries.reach(tx, (), KIND_OF[wanted], starts_at=begins, now=now, helped={whose: begins})
    return whose in reach.written


def _say(tx: Session, appointment: Appointment, kind: Kind, now: datetime, *, was: Whereabouts | None = None) -> None:
    whom, session_id = Helped(appointment.beneficiary_id), appointment.session_id
    notices.say(tx, kind, to=whom, about=appointment.id, session_id=session_id, was=was, now=now)


def _known(tx: Session, appointment: Appointment, was: Whereabouts | None, *, takes_place: bool) -> _Known:
    family = outbox.of_object(tx, Helped(appointment.beneficiary_id), appointment.id)
    messages = [each for each in family if each.kind in heard.CHANGE_OF]
    told = call_queries.of_things(tx, [appointment.id]).get(appointment.id, [])
    words = [*call_queries.as_words(told), *heard.as_words(messages, takes_place=takes_place)]
    words.sort(key=lambda each: each.made_at)
    perhaps = [each.planned_at for each in messages if each.state is State.UNCONFIRMED]
    said_until = max([*perhaps, *(each.made_at for each in words if each.told_at)], default=None)
    moves = [each for each in messages if each.kind is Kind.SESSION_MOVED]
    unsaid = (_was(each) for each in moves if said_until is None or each.planned_at > said_until)
    confirmations = [each for each in family if each.kind is Kind.BOOKED]
    return _Known(told, confirmations, words, next(unsaid, None) or was)


def _was(move: Notice) -> Whereabouts | None:
    if move.was_starts_at is None or move.was_ends_at is None or move.was_place_id is None:
        return None
    return Whereabouts(move.was_starts_at, move.was_ends_at, move.was_place_id)
