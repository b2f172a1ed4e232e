"""Sessions with all that hangs on them, as far as their reader may know it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, joinedload

from clinic.domain import discretion
from clinic.domain.answers import NotFound
from clinic.domain.discretion import Standing
from clinic.domain.people import Role, SignedIn
from clinic.domain.places import Publicity
from clinic.domain.rota import Outlook, ShiftState, Staffing
from clinic.domain.sessions import CancelReason, Kind, Status
from clinic.domain.workshops import RegistrationState
from clinic.models import Appointment, ClinicSession, Registration
from clinic.queries import appointments as appointment_queries
from clinic.queries import crews
from clinic.queries import interpreting as interpreting_queries
from clinic.queries import sessions as session_queries
from clinic.queries import workshops as workshop_queries
from clinic.queries.crews import CrewView, Forecast
from clinic.queries.interpreting import NeedRow
from clinic.queries.workshops import MyPlace


@dataclass(frozen=True)
class SessionView:
    """A session for one reader: what she may not know is None or empty.

    A guest comes to it, and sees nothing of how it is staffed. `unpaired` are the roles of first-timers alone, `places`
    those in which this reader could join; `decides` says whether it is for her to settle that it may run.
    """

    id: str
    series_id: str
    kind: Kind
    names: Mapping[str, str]
    starts_at: datetime
    ends_at: datetime
    moved_from: datetime | None
    status: Status
    cancel_reason: CancelReason | None
    area: str
    spot: str | None
    is_told_late: bool
    is_elsewhere: bool
    crew: tuple[CrewView, ...] | None
    held: Mapping[Role, int]
    forecast: Forecast
    decides: bool
    unconfirmed: int
    my_shift: CrewView | None
    my_place: MyPlace | None
    is_guest: bool
    coordinates: bool
    knows_participants: bool
    capacity: int
    booked: int | None
    is_full: bool
    place_id: str
    needs: tuple[NeedRow, ...] | None = None

    @property
    def lacks(self) -> Mapping[Role, int]:
        return self.forecast.lacks

    @property
    def open_places(self) -> Mapping[Role, int]:
        return self.forecast.open_places

    @property
    def is_cancelled(self) -> bool:
        return self.status is Status.CANCELLED

    @property
    def can_run(self) -> bool:
        return self.forecast.outlook is Outlook.RUNS

    @property
    def alone(self) -> tuple[Role, ...]:
        """The roles that lack nobody but somebody who has been before."""
        return tuple(role for role in Role if role in self.forecast.unpaired and role not in self.lacks)

    @property
    def wanting(self) -> tuple[Role, ...]:
        """The roles without somebody more in which it cannot run."""
        return (*self.lacks, *self.alone)

    @property
    def wished(self) -> int:
        """How many more people are wished for, besides those without whom it cannot run."""
        return sum(self.open_places.values()) - sum(self.lacks.values())

    def takes_needs(self, reader: SignedIn) -> bool:
        """Say whether this reader may ask for an interpreter for the whole of the session."""
        is_on_crew = self.my_shift is not None and self.my_shift.role is Role.MEDIATOR
        return reader.holds(Role.COORDINATOR) or (is_on_crew and reader.holds(Role.MEDIATOR))

    def has_sheet(self, reader: SignedIn) -> bool:
        """Say whether this reader may print who comes, and type in who came."""
        return self.kind is not Kind.WORKSHOP and not self.is_cancelled and self.takes_needs(reader)

    def takes_spot(self, reader: SignedIn) -> bool:
        """Say whether this reader may have the session exactly elsewhere this time."""
        return self.takes_needs(reader)

    def takes(self, reader: SignedIn) -> tuple[Role, ...]:
        """The roles in which this reader could take a shift, as far as she is not on the crew."""
        if self.my_shift or self.is_cancelled:
            return ()
        return tuple(role for role in Role if role in self.forecast.places and role in reader.roles)

    def keeps_for_experienced(self, reader: SignedIn) -> bool:
        """Say whether only the last place is left in the reader's roles, and is kept because it is her first time."""
        hers = self.open_places.keys() & reader.roles
        return bool(hers) and not self.my_shift and not self.takes(reader)


def between(
    tx: Session, starts_at: datetime, ends_at: datetime, *, reader: SignedIn, now: datetime
) -> list[SessionView]:
    """The sessions that begin in this half-open span and that the reader may know of, in order of time."""
    return _views(tx, (ClinicSession.starts_at >= starts_at) & (ClinicSession.starts_at < ends_at), reader, now)


def ahead(tx: Session, ends_at: datetime, *, reader: SignedIn, now: datetime) -> list[SessionView]:
    """The sessions that are not over and begin before this instant, as far as the reader may know of them."""
    return _views(tx, (ClinicSession.ends_at > now) & (ClinicSession.starts_at < ends_at), reader, now)


def session(tx: Session, session_id: str, *, reader: SignedIn, now: datetime, even_full: bool = False) -> SessionView:
    """One session for those who run it; raises `NotFound` also when the reader may not know of it (S02).

    `even_full`: to one who is shown something of it, also while it lacks nobody.
    """
    views = _views(tx, ClinicSession.id == session_id, reader, now, is_shown=even_full)
    found = views[0] if views else None
    if found is None or found.is_guest:
        raise NotFound
    return found


def find(tx: Session, session_id: str, *, reader: SignedIn, now: datetime) -> SessionView | None:
    """One session, also for those who come to it; None when the reader may not know more than the public."""
    found = _views(tx, ClinicSession.id == session_id, reader, now)
    return found[0] if found else None


def joined(tx: Session, *, reader: SignedIn, now: datetime) -> list[SessionView]:
    """The coming workshops in which the reader has a seat or a turn, in order of time, however far ahead."""
    mine = select(Registration.session_id).where(
        Registration.person_id == reader.id, Registration.state != RegistrationState.WITHDRAWN
    )
    return _views(tx, ClinicSession.id.in_(mine) & (ClinicSession.ends_at > now), reader, now)


def may_know(session: SessionView, need: NeedRow, *, reader: SignedIn, now: datetime) -> bool:
    """Say whether the reader may know of this need at a session that she may know of."""
    role = session.my_shift.role if session.my_shift else None
    standing = Standing(reader, role, session.starts_at, session.ends_at, now)
    return discretion.may_know_need(standing, is_own=reader.id in need.owner_ids)


def next_of_series(tx: Session, session_id: str, *, most: int, reader: SignedIn, now: datetime) -> list[SessionView]:
    """This session and the next ones of its series, for choosing another date."""
    series_id = tx.scalar(select(ClinicSession.series_id).where(ClinicSession.id == session_id))
    ids = session_queries.next_dates(tx, series_id or "", now, most)
    return _views(tx, ClinicSession.id.in_({*ids, session_id}), reader, now)


def _views(
    tx: Session, which: ColumnElement[bool], reader: SignedIn, now: datetime, *, is_shown: bool = False
) -> list[SessionView]:
    """Five queries, however many sessions there are."""
    query = select(ClinicSession, crews.first_time_of(reader.id, now=now)).where(which)
    ordered = query.order_by(ClinicSession.starts_at, ClinicSession.id)
    found = tx.execute(ordered.options(joinedload(ClinicSession.series), joinedload(ClinicSession.place))).all()
    ids = [each.id for each, _ in found]
    held, needs, booked = crews.of_sessions(tx, ids, now=now), session_queries.needs(tx, ids), _booked(tx, ids, now)
    places = workshop_queries.my_places(tx, reader.id, ids)
    hanging = {
        each.id: _Hanging(held[each.id], needs[each.id], booked[each.id], places.get(each.id), bool(is_first_time))
        for each, is_first_time in found
    }
    views = (_view(each, hanging[each.id], reader, now, is_shown=is_shown) for each, _ in found)
    return _with_needs(tx, [view for view in views if view], reader, now)


def _with_needs(tx: Session, views: list[SessionView], reader: SignedIn, now: datetime) -> list[SessionView]:
    """Add, for those who plan, the needs of interpreters that they may know: one query more."""
    if not views or not reader.holds(Role.COORDINATOR, Role.MEDIATOR):
        return views
    needs = interpreting_queries.needs_of(tx, [view.id for view in views], now=now)
    known = {view.id: [row for row in needs[view.id] if may_know(view, row, reader=reader, now=now)] for view in views}
    return [replace(view, needs=tuple(known[view.id])) for view in views]


def _standing(
    session: ClinicSession, shift: CrewView | None, place: MyPlace | None, reader: SignedIn, now: datetime
) -> Standing:
    return Standing(
        reader,
        shift.role if shift else None,
        session.starts_at,
        session.ends_at,
        now,
        is_workshop=session.series.kind is Kind.WORKSHOP,
        is_registered=place is not None and place.state is RegistrationState.REGISTERED,
    )


def _booked(tx: Session, ids: Sequence[str], now: datetime) -> Mapping[str, int]:
    """How many desks are booked, or held, by session."""
    query = select(Appointment.session_id, func.count()).where(
        Appointment.session_id.in_(ids), appointment_queries.takes_desk(now)
    )
    return Counter({row[0]: row[1] for row in tx.execute(query.group_by(Appointment.session_id))})


@dataclass(frozen=True)
class _Hanging:
    crew: list[CrewView]
    needs: Mapping[Role, Staffing]
    booked: int
    my_place: MyPlace | None
    is_first_time: bool

    def shift_of(self, reader: SignedIn) -> CrewView | None:
        return next((each for each in self.crew if each.person_id == reader.id), None)


def _view(
    session: ClinicSession, hanging: _Hanging, reader: SignedIn, now: datetime, *, is_shown: bool = False
) -> SessionView | None:
    crew, booked, mine = hanging.crew, hanging.booked, hanging.shift_of(reader)
    standing = _standing(session, mine, hanging.my_place, reader, now)
    known = crews.forecast(session, hanging.needs, crew, is_first_time=hanging.is_first_time, now=now)
    is_guest = not is_shown and not discretion.may_open(standing, lacks=known.places | known.open_places.keys())
    if is_guest and not hanging.my_place:
        return None
    seen, known = ([], crews.unseen(known)) if is_guest else (crew, known)
    capacity, place = appointment_queries.capacity(session), session.place
    return SessionView(
        id=session.id,
        series_id=session.series_id,
        kind=session.series.kind,
        names=session.series.names,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        moved_from=session.moved_from,
        status=session.status,
        cancel_reason=session.cancel_reason,
        area=place.area,
        spot=session.exact_spot if discretion.may_know_spot(standing, place.publicity) else None,
        is_told_late=place.publicity is Publicity.TOLD_LATE,
        is_elsewhere=session.spot is not None and discretion.may_know_spot(standing, place.publicity),
        crew=tuple(crew) if discretion.may_know_crew(standing) else None,
        held=Counter(each.role for each in seen),
        forecast=known,
        decides=reader.holds(Role.COORDINATOR),
        unconfirmed=sum(each.state is ShiftState.TO_CONFIRM for each in seen),
        my_shift=mine,
        my_place=hanging.my_place,
        is_guest=is_guest,
        coordinates=standing.coordinates,
        knows_participants=discretion.may_know_participants(standing),
        capacity=capacity,
        booked=booked if discretion.may_see_slots(standing) else None,
        is_full=booked >= capacity > 0,
        place_id=place.id,
    )
