"""The record of somebody helped: noting it, changing it, handing her over to another mediator and taking that back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from clinic.domain.answers import NotFound, Refused
from clinic.domain.beneficiaries import Handed
from clinic.domain.people import SignedIn
from clinic.domain.timing import UNDO_FOR
from clinic.models import Beneficiary, Contact, ContactTask
from clinic.queries import beneficiaries as beneficiary_queries
from clinic.queries import records as queries
from clinic.services import audit, notices, repeats


@dataclass(frozen=True)
class RecordDraft:
    """What is noted of somebody: a word agreed with her, her languages (ISO 639-3, best first), a stand-in."""

    alias: str
    languages: tuple[str, ...]
    stand_in_id: str | None = None


@dataclass(frozen=True)
class Followed:
    """Who followed her before she was handed over."""

    mediator_id: str
    stand_in_id: str | None


def note(tx: Session, draft: RecordDraft, *, key: str, by: SignedIn, now: datetime) -> str:
    """Note somebody whom this person follows from now on, and return the record's id. The same form twice is once.

    Raises `NotFound` for a stand-in who cannot be one, and `Refused` with `alias_taken` (`whom`: the id of that record)
    or `alias_taken_there` (the stand-in calls somebody so).
    """
    claim = repeats.claim(tx, key, by=by, now=now)
    if claim.is_repeat:
        return claim.id
    noted = Beneficiary(id=claim.id, mediator_id=by.id, created_at=now)
    _write(tx, noted, draft, by)
    audit.record(tx, "beneficiary.note", noted.id, by=by, now=now)
    return noted.id


def change(tx: Session, beneficiary_id: str, draft: RecordDraft, *, seen: str, by: SignedIn, now: datetime) -> None:
    """Change a record; `seen` is the version of what was looked at. The same again changes nothing.

    Raises as `note`, and `Refused("record_changed")` when somebody else changed it meanwhile (S73).
    """
    whom = _locked(tx, beneficiary_id)
    if not beneficiary_queries.follows(by, whom) or whom.alias is None:
        raise NotFound
    if (whom.alias, whom.languages, whom.stand_in_id) == (draft.alias, " ".join(draft.languages), draft.stand_in_id):
        return
    if queries.version_of(whom) != seen:
        raise Refused("record_changed")
    _write(tx, whom, draft, by)
    audit.record(tx, "beneficiary.change", whom.id, by=by, now=now)


def hand_over(
    tx: Session, beneficiary_id: str, person_id: str, *, key: str, by: SignedIn, now: datetime
) -> Followed | None:
    """Let another mediator follow her from now on; return who did before, None if this form was sent already.

    For whoever follows her. A stand-in who becomes her mediator is her stand-in no more. Raises `NotFound`, also for
    whom she never meets, and `Refused("alias_taken_there")`.
    """
    if repeats.claim(tx, key, by=by, now=now).is_repeat:
        return None
    whom = _locked(tx, beneficiary_id)
    before = Followed(whom.mediator_id, whom.stand_in_id)
    if not beneficiary_queries.follows(by, whom) or whom.alias is None or person_id == whom.mediator_id:
        raise NotFound
    if person_id not in {each.id for each in queries.may_follow(tx, whom.id)}:
        raise NotFound
    _entrust(tx, whom, person_id, None if person_id == whom.stand_in_id else whom.stand_in_id, by=by, now=now)
    audit.record(tx, queries.HAND_OVER, whom.id, by=by, now=now, reason=_how(before, person_id, by))
    return before


def take_back(tx: Session, beneficiary_id: str, before: Followed | None, *, by: SignedIn, now: datetime) -> None:
    """Take back that one handed somebody over, within five minutes, and only while nobody did anything else since.

    Her mediator until then need not follow her any more: the audit trail says that it was she, and she can only get
    her back herself. Whoever follows her still says by `before` whose she was. Raises `NotFound`, and `Refused` with
    `hand_over_stands`, `alias_taken`, `alias_taken_there`.
    """
    whom = _locked(tx, beneficiary_id)
    handed = queries.handed_over(tx, whom.id, by.id, since=now - UNDO_FOR)
    if handed is None or whom.alias is None:
        raise NotFound
    if queries.is_touched_since(tx, whom.id, handed):
        raise Refused("hand_over_stands")
    how = Handed(handed.reason or "")
    to = by.id if how is not Handed.BY_OTHERS else _whose(tx, whom, before, by)
    was_stand_in = how is Handed.TO_STAND_IN or (before is not None and before.stand_in_id == whom.mediator_id)
    _entrust(tx, whom, to, whom.mediator_id if was_stand_in else whom.stand_in_id, by=by, now=now)
    audit.record(tx, "beneficiary.take_back", whom.id, by=by, now=now)


def _locked(tx: Session, beneficiary_id: str) -> Beneficiary:
    found = tx.get(Beneficiary, beneficiary_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound
    return found


def _write(tx: Session, whom: Beneficiary, draft: RecordDraft, by: SignedIn) -> None:
    digested = beneficiary_queries.alias_digest(draft.alias)
    if draft.stand_in_id and draft.stand_in_id != whom.stand_in_id:
        can = {each.id for each in queries.may_follow(tx, whom.id)} - {whom.mediator_id}
        if draft.stand_in_id not in can:
            raise NotFound
    for person_id in filter(None, (whom.mediator_id, draft.stand_in_id)):
        _check_free(tx, digested, person_id, whom.id, by)
    try:
        with tx.begin_nested():
            whom.alias, whom.alias_digest = draft.alias, digested
            whom.languages, whom.stand_in_id = " ".join(draft.languages), draft.stand_in_id
            tx.add(whom)
    except IntegrityError:
        raise Refused("alias_taken_there") from None


def _check_free(tx: Session, digested: str, person_id: str, besides: str, by: SignedIn) -> None:
    """Nobody follows two people whom she calls alike: one would be taken for the other."""
    with tx.no_autoflush:
        other = queries.others_called(tx, digested, person_id, besides=besides)
    if other and person_id == by.id:
        raise Refused("alias_taken", whom=other.id)
    if other:
        raise Refused("alias_taken_there")


def _entrust(
    tx: Session, whom: Beneficiary, mediator_id: str, stand_in_id: str | None, *, by: SignedIn, now: datetime
) -> None:
    for person_id in filter(None, (mediator_id, stand_in_id)):
        _check_free(tx, whom.alias_digest or "", person_id, whom.id, by)
    try:
        with tx.begin_nested():
            whom.mediator_id, whom.stand_in_id = mediator_id, stand_in_id
    except IntegrityError:
        raise Refused("alias_taken_there") from None
    _pass_tasks_on(tx, whom, now)


def _pass_tasks_on(tx: Session, whom: Beneficiary, now: datetime) -> None:
    """What is to be seen to about reaching her is now for somebody else to see to, and she is told that there is."""
    hers = select(ContactTask.id).join(Contact).where(Contact.beneficiary_id == whom.id, ContactTask.done_at.is_(None))
    for task_id in tx.scalars(hers.order_by(ContactTask.id)).all():
        notices.forget(tx, [task_id])
        notices.ask_to_look(tx, to=whom.mediator_id, about=task_id, now=now)


def _how(before: Followed, person_id: str, by: SignedIn) -> Handed:
    if by.id != before.mediator_id:
        return Handed.BY_OTHERS
    return Handed.TO_STAND_IN if person_id == before.stand_in_id else Handed.BY_MEDIATOR


def _whose(tx: Session, whom: Beneficiary, before: Followed | None, by: SignedIn) -> str:
    """Whose she was, by the word of somebody who follows her still."""
    can = {each.id for each in queries.may_follow(tx, whom.id)}
    if before is None or before.mediator_id not in can or not beneficiary_queries.follows(by, whom):
        raise NotFound
    return before.mediator_id
