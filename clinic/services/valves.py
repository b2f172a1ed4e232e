"""Holding messages back, for all workers alike: a server in trouble, a flood, a clock that cannot be trusted."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import or_, select, text, update
from sqlalchemy.orm import Session

from clinic.domain import valves as rules
from clinic.domain.contacts import WRITTEN, Channel
from clinic.domain.notices import State
from clinic.domain.people import SignedIn
from clinic.domain.valves import Hold, Shut, Why
from clinic.models import Notice, Valve
from clinic.queries import valves as queries
from clinic.services import audit

_SHARE = 8  # of what may still go a worker takes this part before it counts again: others draw on the same
_BETWEEN_LOOKS = rules.SHORTEST_WAIT


@dataclass
class Round:
    """What one worker knows of the valves for the length of one round: which are shut, and what may still go."""

    shut: dict[Channel, Shut] = field(default_factory=dict)
    on_trial: set[Channel] = field(default_factory=set)
    left: dict[Channel, int] = field(default_factory=dict)
    allowed: int | None = None

    @property
    def is_over(self) -> bool:
        return len(self.shut) == len(WRITTEN)


def admit(tx: Session, channel: Channel, this_round: Round, *, now: datetime) -> Shut | None:
    """Say whether a message may go by this channel now: None, or what shuts it, for the rest of the round.

    After each rest of a server one message tries it, over all workers. One message too many for an hour holds the
    channel, in this transaction.
    """
    shut = this_round.shut.get(channel) or _shut(tx, channel, this_round, now)
    if shut:
        this_round.shut[channel] = shut
    return shut


def note(
    tx: Session, channel: Channel, this_round: Round, *, is_down: bool, code: str | None = None, now: datetime
) -> None:
    """Note whether the server of a channel was of use; in trouble, this worker leaves it alone for the round.

    Several workers that were under way when it broke count once for the rest that follows.
    """
    if is_down:
        this_round.shut[channel] = Shut(Why.RESTING, now + _BETWEEN_LOOKS)
    elif not _valve(tx, channel).failures:
        return
    valve = _locked(tx, channel)
    if is_down and queries.trouble_of(valve).rests(now) and channel not in this_round.on_trial:
        return
    this_round.on_trial.discard(channel)
    trouble = rules.after(queries.trouble_of(valve), now, is_down=is_down)
    valve.failures, valve.open_until, valve.code = trouble.failures, trouble.open_until, code if is_down else None
    if not is_down:
        _wake(tx, [Why.RESTING], now)


def hold(tx: Session, channel: Channel, why: Hold, *, now: datetime) -> bool:
    """Let nothing go by this channel until a coordinator releases it; say whether that is new. Audited."""
    valve = _locked(tx, channel)
    if valve.held:
        return False
    valve.held, valve.held_at = why, now
    audit.record(tx, "valve.hold", channel, by=None, now=now, reason=why)
    tx.flush()
    return True


def hold_all(tx: Session, why: Hold, *, now: datetime) -> bool:
    """Let nothing go at all until a coordinator releases it; say whether that is new. Audited."""
    held = [hold(tx, each, why, now=now) for each in WRITTEN]
    return any(held)


def release(tx: Session, channel: Channel, *, by: SignedIn, now: datetime) -> None:
    """Let a channel go on, what waited for it at once; messages are counted anew from now on. Audited.

    The time of now is believed from here on. What is not held stays as it is.
    """
    valve = _locked(tx, channel)
    if valve.held is None:
        return
    audit.record(tx, "valve.release", channel, by=by, now=now, reason=valve.held)
    valve.held, valve.held_at, valve.released_at, valve.released_by_id = None, None, now, by.id
    valve.seen_at = now
    _wake(tx, [Why.FLOOD, Why.CLOCK], now)


def saw(tx: Session, *, now: datetime) -> None:
    """Remember the latest time that a worker's clock has shown, once a minute; best effort (`db.touch`)."""
    is_old = or_(Valve.seen_at.is_(None), Valve.seen_at < now - _BETWEEN_LOOKS)
    for each in WRITTEN:
        _valve(tx, each)
    tx.execute(update(Valve).where(is_old).values(seen_at=now))


def _shut(tx: Session, channel: Channel, this_round: Round, now: datetime) -> Shut | None:
    valve = _valve(tx, channel)
    if valve.held:
        return Shut(Why(valve.held))
    if valve.failures >= rules.TROUBLES:
        resting = _try_again(tx, channel, this_round, now)
        if resting:
            return resting
    if _is_flood(tx, valve, this_round, now):
        hold(tx, channel, Hold.FLOOD, now=now)
        return Shut(Why.FLOOD)
    return None


def _try_again(tx: Session, channel: Channel, this_round: Round, now: datetime) -> Shut | None:
    """After the rest of a server let one message through; everybody else waits for what becomes of it."""
    valve = _locked(tx, channel)
    if queries.trouble_of(valve).rests(now):
        return Shut(Why.RESTING, valve.open_until)
    if valve.failures >= rules.TROUBLES:
        valve.open_until = now + rules.TRIAL
        this_round.on_trial.add(channel)
    return None


def _is_flood(tx: Session, valve: Valve, this_round: Round, now: datetime) -> bool:
    left = this_round.left.get(valve.channel, 0)
    if left > 0:
        this_round.left[valve.channel] = left - 1
        return False
    if this_round.allowed is None:
        this_round.allowed = rules.allowed(queries.justified(tx, now=now))
    since = max(now - rules.FLOOD_OVER, valve.released_at or now - rules.FLOOD_OVER)
    room = this_round.allowed - queries.went_since(tx, valve.channel, since)
    this_round.left[valve.channel] = room // _SHARE
    return room <= 0


def _valve(tx: Session, channel: Channel) -> Valve:
    """The row of a channel, made if it is not there: two workers that make it at once agree on one."""
    found = tx.get(Valve, channel)
    if found:
        return found
    first = text("INSERT INTO valves (channel, failures) VALUES (:channel, 0) ON CONFLICT DO NOTHING")
    tx.execute(first, {"channel": channel.value})
    return tx.get_one(Valve, channel)


def _locked(tx: Session, channel: Channel) -> Valve:
    _valve(tx, channel)
    return tx.get_one(Valve, channel, with_for_update=True, populate_existing=True)


def _wake(tx: Session, codes: list[Why], now: datetime) -> None:
    """Let what waited for a valve go at once; what another worker holds is passed over: it is seen to already."""
    waiting = select(Notice.id).where(Notice.state == State.PLANNED, Notice.code.in_(codes), Notice.next_at > now)
    these = update(Notice).where(Notice.id.in_(waiting.with_for_update(skip_locked=True)))
    tx.execute(these.values(next_at=now), execution_options={"synchronize_session": False})
