"""How the people helped may be reached, masked, and what is to be seen to, for those who follow them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from clinic.domain import contacts as rules
from clinic.domain import reaching
from clinic.domain.answers import NotFound
from clinic.domain.appointments import AppointmentState
from clinic.domain.contacts import Channel, Choice, Hours, Reach, Suspension, TaskKind, Wording
from clinic.domain.meetings import MeetingState
from clinic.domain.people import SignedIn
from clinic.domain.reaching import Stand
from clinic.domain.sessions import Status
from clinic.models import Appointment, Beneficiary, Call, ClinicSession, Contact, ContactTask, Meeting, Person
from clinic.models.sealed import digest
from clinic.queries import beneficiaries, readers
from clinic.queries.readers import reach_of


@dataclass(frozen=True)
class Masked:
    """What somebody chose, without her address: `ends_in` is all of it that is shown."""

    channel: Channel
    ends_in: str | None
    chosen_at: datetime
    runs_out_at: datetime
    hours: Hours | None
    language: str | None
    wording: Wording
    names_place: bool
    signs_off: bool
    is_minor: bool


@dataclass(frozen=True)
class TaskView:
    """Something to see to, since when."""

    id: str
    kind: TaskKind
    made_at: datetime


@dataclass(frozen=True)
class ComingView:
    """An appointment ahead."""

    id: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class HelpedView:
    """One person helped: how it stands with reaching her, what comes, what is to be seen to; `meetings` by telephone.

    `mediator` by name; `is_stand_in`: whether the reader follows her as a stand-in. `version` changes with everything
    she said.
    """

    id: str
    alias: str
    languages: tuple[str, ...]
    mediator: str
    is_stand_in: bool
    stand: Stand
    masked: Masked | None
    coming: Sequence[ComingView]
    meetings: Sequence[ComingView]
    tasks: Sequence[TaskView]
    version: str


def followed(tx: Session, *, reader: SignedIn, now: datetime) -> list[HelpedView]:
    """All whom a reader follows, by alias: six queries, however many."""
    return views(tx, beneficiaries.followed(tx, reader=reader), reader=reader, now=now)


def helped(tx: Session, beneficiary_id: str, *, reader: SignedIn, now: datetime) -> HelpedView:
    """One with a record whom the reader follows; raises `NotFound`."""
    whom = beneficiaries.beneficiary(tx, beneficiary_id, reader=reader)
    if whom.alias is None:
        raise NotFound
    return views(tx, [whom], reader=reader, now=now)[0]


def views(tx: Session, people: Sequence[Beneficiary], *, reader: SignedIn, now: datetime) -> list[HelpedView]:
    """These whom the reader follows, in the same order."""
    ids = [each.id for each in people]
    kept = tx.scalars(select(Contact).where(Contact.beneficiary_id.in_(ids)))
    contacts = {each.beneficiary_id: each for each in kept}
    hanging = _Hanging(
        coming=_by_whom(standing_of(tx, ids, now=now)),
        meetings=_by_whom(meetings_of(tx, ids, now=now)),
        tasks=_tasks(tx, ids),
        names=_names(tx, {each.mediator_id for each in people}),
    )
    return [_view(each, contacts.get(each.id), hanging, reader, now) for each in people]


def standing_of(tx: Session, beneficiary_ids: Collection[str], *, now: datetime) -> list[Appointment]:
    """The booked appointments of these people that are not over and take place, in order of time."""
    query = select(Appointment).join(ClinicSession, Appointment.session_id == ClinicSession.id)
    query = query.where(
        Appointment.beneficiary_id.in_(list(beneficiary_ids)),
        Appointment.state == AppointmentState.BOOKED,
        Appointment.ends_at > now,
        ClinicSession.status == Status.PLANNED,
    )
    return list(tx.scalars(query.order_by(Appointment.starts_at, Appointment.id)))


def meetings_of(tx: Session, beneficiary_ids: Collection[str], *, now: datetime) -> list[Meeting]:
    """The meetings by telephone of these people that are not over and not called off, in order of time."""
    query = select(Meeting).where(Meeting.beneficiary_id.in_(list(beneficiary_ids)), Meeting.ends_at > now)
    query = query.where(Meeting.state != MeetingState.CANCELLED)
    return list(tx.scalars(query.order_by(Meeting.starts_at, Meeting.id)))


def version_of(contact: Contact | None) -> str:
    """A keyed digest of all that was said, by which a page knows that it is out of date (S73); empty for nothing."""
    if contact is None:
        return ""
    reach = reach_of(contact)
    said = [rules.as_document(reach.choice), reach.chosen_at, reach.confirmed_at, reach.suspended]
    return digest(json.dumps(said, default=str, sort_keys=True), "contacts.version")


def own(tx: Session, person_id: str) -> tuple[Choice | None, str]:
    """What a person chose, if she ever did, and its version."""
    contact = tx.scalar(select(Contact).where(readers.hers(person_id)))
    return (reach_of(contact).choice if contact else None), version_of(contact)


def task(tx: Session, task_id: str, beneficiary_id: str, *, reader: SignedIn) -> ContactTask:
    """Something to see to about one whom the reader follows, done or not; raises `NotFound`."""
    whose = beneficiaries.beneficiary(tx, beneficiary_id, reader=reader)
    query = select(ContactTask).join(Contact).where(ContactTask.id == task_id, Contact.beneficiary_id == whose.id)
    found = tx.scalar(query)
    if found is None:
        raise NotFound
    return found


def numbers(tx: Session, call_ids: Collection[str]) -> Mapping[str, bool]:
    """The calls to people helped who left a number, each with whether it may be used: not when it is not safe."""
    query = select(Call.id, Contact.suspended).join(Contact, Contact.beneficiary_id == Call.beneficiary_id)
    rows = tx.execute(query.where(Call.id.in_(list(call_ids)), Contact.number_digest.is_not(None)))
    return {call_id: suspended is not Suspension.NOT_SAFE for call_id, suspended in rows}


def at_same_address(tx: Session, contact: Contact | None) -> list[Contact]:
    """All others who gave the same number or the same mail address and are not stopped yet."""
    if contact is None:
        return []
    same = or_(
        (Contact.number_digest == contact.number_digest) & Contact.number_digest.is_not(None),
        (Contact.email_digest == contact.email_digest) & Contact.email_digest.is_not(None),
    )
    query = select(Contact).where(same, Contact.id != contact.id, Contact.suspended.is_(None))
    return list(tx.scalars(query.order_by(Contact.id)))


@dataclass(frozen=True)
class _Hanging:
    """What hangs on several people, by whom; and the names of their mediators, by id."""

    coming: Mapping[str, list[ComingView]]
    meetings: Mapping[str, list[ComingView]]
    tasks: Mapping[str, list[TaskView]]
    names: Mapping[str, str]


def _view(whom: Beneficiary, contact: Contact | None, hanging: _Hanging, reader: SignedIn, now: datetime) -> HelpedView:
    reach = reach_of(contact) if contact else None
    return HelpedView(
        id=whom.id,
        alias=whom.alias or "",
        languages=tuple(whom.languages.split()),
        mediator=hanging.names[whom.mediator_id],
        is_stand_in=whom.stand_in_id == reader.id,
        stand=reaching.how_it_stands(reach, now),
        masked=_masked(reach) if reach else None,
        coming=hanging.coming.get(whom.id, []),
        meetings=hanging.meetings.get(whom.id, []),
        tasks=hanging.tasks.get(whom.id, []),
        version=version_of(contact),
    )


def _names(tx: Session, ids: Collection[str]) -> Mapping[str, str]:
    rows = tx.execute(select(Person.id, Person.name).where(Person.id.in_(list(ids))))
    return {person_id: name for person_id, name in rows}  # noqa: C416 -- rows are no pairs to mypy


def _masked(reach: Reach) -> Masked:
    said = reach.choice
    return Masked(
        channel=said.channel,
        ends_in=reaching.ends_in(said),
        chosen_at=reach.chosen_at,
        runs_out_at=reach.runs_out_at,
        hours=said.hours,
        language=said.language,
        wording=said.wording,
        names_place=said.names_place,
        signs_off=said.signs_off,
        is_minor=said.is_minor,
    )


def _by_whom(coming: Sequence[Appointment] | Sequence[Meeting]) -> Mapping[str, list[ComingView]]:
    found: dict[str, list[ComingView]] = defaultdict(list)
    for each in coming:
        found[each.beneficiary_id].append(ComingView(each.id, each.starts_at, each.ends_at))
    return found


def _tasks(tx: Session, ids: Collection[str]) -> Mapping[str, list[TaskView]]:
    found: dict[str, list[TaskView]] = defaultdict(list)
    query = select(ContactTask, Contact.beneficiary_id).join(Contact)
    query = query.where(Contact.beneficiary_id.in_(list(ids)), ContactTask.done_at.is_(None))
    for each, whose in tx.execute(query.order_by(ContactTask.made_at, ContactTask.id)):
        found[whose or ""].append(TaskView(each.id, each.kind, each.made_at))
    return found
