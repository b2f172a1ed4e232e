"""What is done at the desk, by whom the model says and as it says."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule
from sqlalchemy import select

from clinic.domain.appointments import CrewPart, Topic, Wanted
from clinic.domain.attendance import Outcome
from clinic.domain.interpreting import Modality
from clinic.domain.people import Role
from clinic.domain.sessions import CancelReason
from clinic.models import Appointment
from clinic.queries import appointments as appointment_queries
from clinic.queries import attending as attending_queries
from clinic.queries import rota as rota_queries
from clinic.services import appointments, attendance, bookings, exclusions, holds, interpreting, programme, rota
from clinic.services.appointments import Wish
from tests.make import key
from tests.services.beside_the_model import BesideTheModel, one_of, wanted_of
from tests.services.model_of_desk import BOOKED, CANCELLED, HELD, HELD_FOR, LAPSED, SLOT, Booking, Sitting

PICK = st.integers(0, 999)
LEGAL, MEDIATOR = Wanted(CrewPart.LEGAL), Wanted(CrewPart.MEDIATOR)
NOT_MOVED = {CANCELLED: "appointment_cancelled", LAPSED: "hold_over"}
PAUSES = (timedelta(minutes=1), HELD_FOR - timedelta(minutes=1), HELD_FOR, timedelta(minutes=40), timedelta(hours=30))


class AtTheDesk(BesideTheModel):
    """Shifts, bookings, what becomes of them, and whom somebody never meets."""

    @initialize()
    def begin(self) -> None:
        """A mediator, a lawyer, an adviser and an interpreter are on the first crew; a few times are booked or held."""
        for person in (0, 2, 3, 5):
            self.take_shift(person, 0)
        self.book(0, 0, "Iris", 1, None, is_hold=False)
        self.book(0, 0, None, 2, None, is_hold=True)
        self.book(0, 3, "Rose", 1, Modality.TELEPHONE, is_hold=True)

    @rule(person=PICK, sitting=PICK)
    def take_shift(self, person: int, sitting: int) -> None:
        """Somebody is placed on a crew; whoever lacks somebody has her, if she is free."""
        model, who = self.model, one_of(self.people, person)
        session_id, there = one_of(list(model.sittings.items()), sitting)
        refusals = {
            "already_on": who.id in there.crew,
            "session_cancelled": there.is_off,
            "session_over": there.span[1] <= model.now,
            "person_busy": model.is_somewhere(who.id, there.span),
        }
        (role,) = who.roles
        expected = next((code for code, is_so in refusals.items() if is_so), "done")
        if self.does(expected, lambda: rota.assign(self.tx, session_id, who.id, role, by=self.by, now=model.now)):
            there.crew[who.id] = role
            self.observe(has_filled=session_id)

    @rule(person=PICK, sitting=PICK)
    def give_shift_back(self, person: int, sitting: int) -> None:
        model = self.model
        session_id, there = one_of(list(model.sittings.items()), sitting)
        shifts = {each.person_id: each.id for each in rota_queries.live_shifts(self.tx, session_id)}
        assert shifts.keys() == there.crew.keys()
        if shifts:
            who = one_of(list(there.crew), person)
            expected = "session_begun" if there.span[0] <= model.now else "done"
            if self.does(expected, lambda: rota.give_back(self.tx, shifts[who], by=self.by, now=model.now)):
                del there.crew[who]
                self.observe(has_filled=session_id)

    @rule(sitting=PICK, slot=PICK, alias=st.sampled_from(["Iris", "Rose", None]), who=PICK,
          interpreter=st.sampled_from([None, None, *Modality]), is_hold=st.booleans())  # fmt: skip
    def book(self, sitting: int, slot: int, alias: str | None, who: int, interpreter: Any, *, is_hold: bool) -> None:
        model = self.model
        session_id, there = one_of(list(model.sittings.items()), sitting)
        at = one_of([*there.slots, *there.slots, there.span[0] + SLOT / 3], slot)
        wanted = one_of(
            [(), (LEGAL,), (LEGAL, MEDIATOR), *((Wanted(CrewPart.LEGAL, each.id),) for each in self.people)], who
        )
        booking = Booking(session_id, at, self.known(alias), HELD if is_hold else BOOKED)
        booking.until = model.now + HELD_FOR if is_hold else None
        wish = Wish(session_id, at, alias, "ara", Topic.RIGHTS, wanted=wanted, interpreter=interpreter)
        act = appointments.hold if is_hold else bookings.book
        made: list[str] = []
        expected = model.why_not(booking, wanted, interpreter) or "done"
        if self.does(expected, lambda: made.append(act(self.tx, wish, key=key(), by=self.by, now=model.now))):
            booking.whom = self.row(made[0]).beneficiary_id
            model.bookings[made[0]] = booking
            self.observe(made[0], {each.part for each in wanted}, interpreter)

    @precondition(lambda self: self.model.bookings)
    @rule(which=PICK)
    def confirm(self, which: int) -> None:
        model = self.model
        name, booking = self.booking(which)
        wanted, interpreter = wanted_of(booking)
        state = model.state_of(booking)
        stands = state is HELD and model.now < (booking.at if interpreter else booking.span[1])
        refusal = None if stands or state is BOOKED else model.why_not(booking, wanted, interpreter, besides=name)
        expected = "appointment_cancelled" if state is CANCELLED else refusal or "done"
        if self.does(expected, lambda: bookings.confirm(self.tx, name, by=self.by, now=model.now)):
            booking.state, booking.until = BOOKED, None
            self.observe(*((name, {each.part for each in wanted}, interpreter) if state is LAPSED else ()))

    @precondition(lambda self: self.model.bookings)
    @rule(which=PICK, sitting=PICK, slot=PICK)
    def move(self, which: int, sitting: int, slot: int) -> None:
        model = self.model
        name, booking = self.booking(which)
        session_id, there = one_of(list(model.sittings.items()), sitting)
        state, at = model.state_of(booking), one_of(there.slots, slot)
        wanted, interpreter = wanted_of(booking)
        moved = Booking(session_id, at, booking.whom, booking.state, booking.until)
        refusal = model.why_not(moved, wanted, interpreter, besides=name)
        expected = NOT_MOVED.get(state) or refusal or "done"
        act = lambda: bookings.move(self.tx, name, session_id, at, by=self.by, now=model.now)  # noqa: E731
        if self.does(expected, act):
            is_here = booking.sitting == session_id and booking.outcome is Outcome.CAME
            moved.outcome = Outcome.CAME if is_here else None
            for each in model.line.values():
                each.booking = None if (each.booking == name and each.sitting != session_id) else each.booking
            model.bookings[name] = moved
            self.observe(name, {each.part for each in wanted}, interpreter)

    @precondition(lambda self: self.model.bookings)
    @rule(which=PICK, wanted=st.sampled_from([(), (LEGAL,), (MEDIATOR,), (LEGAL, MEDIATOR)]))
    def staff(self, which: int, wanted: tuple[Wanted, ...]) -> None:
        """It is said anew who must be there; an interpreter who is to be asked stays."""
        model = self.model
        name, booking = self.booking(which)
        interpreter = wanted_of(booking)[1]
        refusals = {
            **{code: model.state_of(booking) is state for state, code in NOT_MOVED.items()},
            "slot_over": booking.span[1] <= model.now,
            "session_cancelled": model.sittings[booking.sitting].is_off,
            "nobody_free": model.lacks(booking, wanted, interpreter, name),
        }
        expected = next((code for code, is_so in refusals.items() if is_so), "done")
        seen = attending_queries.version(appointment_queries.appointment(self.tx, name))
        act = lambda: appointments.staff(self.tx, name, wanted, seen=seen, by=self.by, now=model.now)  # noqa: E731
        if self.does(expected, act):
            self.observe(*((name, {each.part for each in wanted}, interpreter) if not model.asked.get(name) else ()))

    @precondition(lambda self: self.model.bookings)
    @rule(which=PICK)
    def cancel(self, which: int) -> None:
        name, booking = self.booking(which)
        state = self.model.state_of(booking)
        assert self.does("done", lambda: bookings.cancel(self.tx, name, by=self.by, now=self.model.now))
        booking.state, booking.until = {BOOKED: CANCELLED, HELD: LAPSED}.get(state, state), None
        self.observe()

    @precondition(lambda self: self.model.bookings)
    @rule(which=PICK)
    def restore(self, which: int) -> None:
        model = self.model
        name, booking = self.booking(which)
        state = model.state_of(booking)
        wanted, interpreter = wanted_of(booking)
        is_off = state in (CANCELLED, LAPSED)
        expected = (model.why_not(booking, wanted, interpreter, besides=name) if is_off else None) or "done"
        if self.does(expected, lambda: bookings.restore(self.tx, name, by=self.by, now=model.now)) and is_off:
            booking.state = BOOKED if state is CANCELLED else HELD
            booking.until = None if state is CANCELLED else model.now + HELD_FOR
            self.observe(name, {each.part for each in wanted}, interpreter)

    @rule(pause=st.sampled_from(PAUSES), is_swept=st.booleans())
    def wait(self, pause: timedelta, *, is_swept: bool) -> None:
        """Time passes, with or without the sweep; a long wait comes only once most is done."""
        model = self.model
        model.now += pause if pause < timedelta(hours=1) or len(model.bookings) > 6 else PAUSES[0]
        if is_swept:
            holds.expire(self.tx, now=model.now)
            interpreting.expire(self.tx, now=model.now)
            there = set(self.tx.scalars(select(Appointment.id)))
            gone = {name: each for name, each in model.bookings.items() if name not in there}
            assert all(model.state_of(each) is LAPSED for each in gone.values())
            model.bookings = {name: each for name, each in model.bookings.items() if name in there}
        self.observe()

    @precondition(lambda self: self.model.bookings)
    @rule(which=PICK)
    def did_not_come(self, which: int) -> None:
        name, booking = self.booking(which)
        state, is_known = self.model.state_of(booking), booking.outcome is Outcome.NO_SHOW
        is_ahead = self.model.now < booking.at and not is_known
        expected = "appointment_cancelled" if state is not BOOKED else "not_begun" if is_ahead else "done"
        now, seen = self.model.now, booking.outcome
        act = lambda: attendance.note(self.tx, name, Outcome.NO_SHOW, seen=seen, by=self.by, now=now)  # noqa: E731
        if self.does(expected, act):
            booking.outcome = Outcome.NO_SHOW

    @precondition(lambda self: self.model.bookings or self.model.line)
    @rule(whom=PICK, person=PICK)
    def exclude(self, whom: int, person: int) -> None:
        """She never meets somebody, or takes it back."""
        model, who = self.model, one_of(self.people, person)
        her = one_of(
            [*(each.whom for each in model.bookings.values()), *(each.whom for each in model.line.values())], whom
        )
        said = (her, who.id, "hers")
        if said in model.apart:
            assert self.does("done", lambda: exclusions.readmit(self.tx, her, who.id, by=self.by, now=model.now))
            model.apart.remove(said)
        else:
            assert self.does("done", lambda: exclusions.exclude(self.tx, her, who.id, by=self.by, now=model.now))
            model.apart.add(said)
        self.observe()

    @precondition(lambda self: self.model.bookings)
    @rule(which=PICK, person=PICK)
    def cannot_take_this(self, which: int, person: int) -> None:
        """One of the crew recuses herself, or takes it back."""
        model = self.model
        name, booking = self.booking(which)
        crew = list(model.sittings[booking.sitting].crew)
        if not crew:
            return
        who = next(each for each in self.people if each.id == one_of(crew, person))
        said = (booking.whom, who.id, "theirs")
        if said in model.apart:
            assert self.does("done", lambda: exclusions.unrecuse(self.tx, name, by=who, now=model.now))
            model.apart.remove(said)
        elif not who.holds(Role.INTERPRETER):
            is_apart = model.is_apart(booking.whom, who.id)
            ends_at = model.sittings[booking.sitting].span[1]
            is_late = not who.holds(Role.MEDIATOR) and model.now > ends_at + timedelta(hours=24)
            expected = "not_found" if is_apart or is_late else "done"
            if self.does(expected, lambda: exclusions.recuse(self.tx, name, by=who, now=model.now)):
                model.apart.add(said)
        self.observe()

    @precondition(
        lambda self: len(self.model.bookings) > 4 or any(each.is_off for each in self.model.sittings.values())
    )
    @rule(sitting=PICK)
    def call_session_off_or_restore_it(self, sitting: int) -> None:
        model = self.model
        session_id, there = one_of(list(model.sittings.items()), sitting)
        expected = "session_over" if there.span[1] <= model.now else "done"
        if there.is_off:
            if self.does(expected, lambda: programme.restore(self.tx, session_id, by=self.by, now=model.now)):
                self._come_back(session_id, there)
            return
        reason = CancelReason.VENUE
        if self.does(expected, lambda: programme.cancel(self.tx, session_id, reason, by=self.by, now=model.now)):
            there.is_off = True
            for each in model.bookings.values():
                if each.sitting == session_id and each.state is HELD:
                    each.state, each.until = LAPSED, None
            self.observe()

    def _come_back(self, session_id: str, there: Sitting) -> None:
        """Whoever is elsewhere by now does not come back; whom that concerns is told by the model."""
        model = self.model
        there.crew = {who: role for who, role in there.crew.items() if not model.is_somewhere(who, there.span)}
        elsewhere = {each.whom: each.span for each in model.counting()}
        there.is_off = False
        for name, each in model.bookings.items():
            if each.sitting == session_id and each.state is BOOKED and each.whom in elsewhere:
                each.state = self.row(name).state
        self.observe(has_filled=session_id)
