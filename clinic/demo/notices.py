"""The fate of the messages that were due before today: by her channel, in her hours, within the caps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from clinic.demo.stage import Stage
from clinic.domain import notices as rules
from clinic.domain import timing
from clinic.domain.contacts import Channel, may_write
from clinic.domain.notices import Kind, State
from clinic.domain.timing import Went
from clinic.models import Notice, Valve
from clinic.queries import readers
from clinic.queries.readers import Reader

_REFUSED, _WAS_DOWN = "smtp_550", "no_connection"
_GATEWAY_WAS_FULL, _TROUBLES = "gateway_503", 5


@dataclass
class _Readers:
    """Each reader and what went to her, looked up once."""

    stage: Stage
    known: dict[str, Reader] = field(default_factory=dict)
    went: dict[str, list[Went]] = field(default_factory=lambda: defaultdict(list))
    digests: set[tuple[str, datetime]] = field(default_factory=set)

    def of(self, notice: Notice) -> Reader:
        key = _key(notice)
        if key not in self.known:
            self.known[key] = readers.of_notice(self.stage.tx, notice)
        return self.known[key]


def settle(stage: Stage) -> None:
    """Let what is due by now be sent, put off or passed over, as the worker would."""
    was_due = select(Notice).where(Notice.state == State.PLANNED, Notice.next_at <= stage.now)
    known = _Readers(stage)
    for each in stage.tx.scalars(select(Notice).where(Notice.state == State.SENT, Notice.beneficiary_id.is_not(None))):
        known.went[_key(each)].append(Went(each.about_id, each.kind, each.ended_at or each.due_at))
    for each in stage.tx.scalars(was_due.order_by(Notice.next_at, Notice.id)).all():
        _settle(stage, each, known)
    stage.tx.flush()


def settle_all(stage: Stage) -> None:
    """Settle the rest; one is refused and one late; the gateway was full two hours ago. Old ones are forgotten."""
    settle(stage)
    to_crew = select(Notice).where(Notice.kind == Kind.SHIFT_TAKEN, Notice.state == State.SENT)
    sent = stage.tx.scalars(to_crew.order_by(Notice.due_at, Notice.id)).all()
    if len(sent) > 1:
        _end(sent[-1], State.FAILED, _REFUSED, sent[-1].due_at)
        _end(sent[len(sent) // 2], State.EXPIRED, _WAS_DOWN, sent[len(sent) // 2].valid_until)
    stage.tx.execute(delete(Notice).where(Notice.due_at < stage.now - rules.KEPT))
    was_full_until = stage.now - timedelta(hours=2)
    valve = Valve(
        channel=Channel.SMS, failures=_TROUBLES, code=_GATEWAY_WAS_FULL, open_until=was_full_until, seen_at=stage.now
    )
    stage.tx.add(valve)
    stage.tx.flush()


def _settle(stage: Stage, notice: Notice, known: _Readers) -> None:
    """Let one message go at the first instant at which it may."""
    reader, at, code = known.of(notice), notice.next_at, notice.code
    while at < notice.valid_until:
        if at > stage.now:
            notice.next_at, notice.code = at, code
            return
        if not may_write(reader.reach, at, at_work=reader.at_work):
            _end(notice, State.SKIPPED, "not_chosen", at)
            return
        until, why = _put_off(notice, reader, known.went[_key(notice)], at)
        if until is None:
            _send(notice, reader, known, at)
            return
        at, code = until, why
    _end(notice, State.EXPIRED, code or "late", notice.valid_until)


def _put_off(notice: Notice, reader: Reader, went: Sequence[Went], at: datetime) -> tuple[datetime | None, str]:
    """Until when her hours or the caps hold it back, and which of them."""
    if not timing.is_in_window(at, notice.kind, reader.rhythm):
        return timing.into_window(at, notice.kind, reader.rhythm), "outside_hours"
    if reader.at_work:
        return None, ""
    return timing.capped_until(notice.kind, notice.about_id, went, at), "cap"


def _send(notice: Notice, reader: Reader, known: _Readers, at: datetime) -> None:
    """Send one; of the digests of one day the first says all."""
    digest = (_key(notice), notice.due_at)
    if notice.kind is Kind.DIGEST and digest in known.digests:
        _end(notice, State.SKIPPED, "said_already", at)
        return
    if notice.kind is Kind.DIGEST:
        known.digests.add(digest)
    known.went[_key(notice)].append(Went(notice.about_id, notice.kind, at))
    notice.tries, notice.went_by = 1, reader.reach.choice.channel if reader.reach else None
    _end(notice, State.SENT, None, at + timedelta(seconds=20))


def _end(notice: Notice, state: State, code: str | None, at: datetime) -> None:
    notice.state, notice.code, notice.ended_at = state, code, at


def _key(notice: Notice) -> str:
    return notice.person_id or notice.beneficiary_id or ""
