"""What one client does at the desk: books, holds, confirms, moves, calls off, restores, and remembers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from clinic.db import Busy
from clinic.domain.answers import NotFound, Refused
from clinic.domain.appointments import AppointmentState, CrewPart, Topic, Wanted
from clinic.domain.interpreting import Modality
from clinic.domain.people import SignedIn
from clinic.services import appointments, bookings, holds
from clinic.services.appointments import Wish
from tests.make import NOW, key
from tests.races.clients import House, database_of

EXPECTED = frozenset({"slot_taken", "nobody_free", "alias_busy"})
TRIES = 5
WANTED = ((), (Wanted(CrewPart.LEGAL),), (Wanted(CrewPart.LEGAL), Wanted(CrewPart.MEDIATOR)))
_ENDED = {AppointmentState.BOOKED: AppointmentState.CANCELLED, AppointmentState.HELD: AppointmentState.LAPSED}
_BACK = {over: live for live, over in _ENDED.items()}
At = tuple[str, datetime]
Learned = dict[str, tuple[AppointmentState, At]]
Act = Callable[[Session], Learned]


@dataclass(frozen=True)
class Task:
    """What all of a round are told: by whom, which times there are, how often each acts, and the round's number."""

    mediators: tuple[SignedIn, ...]
    times: tuple[At, ...]
    turns: int
    seed: int


@dataclass
class Memory:
    """What one client was told: of each of its appointments how and when it stands; and how each attempt ended."""

    mine: Learned = field(default_factory=dict)
    ended: Counter[str] = field(default_factory=Counter)


def work(number: int, house: House, task: Task) -> Memory:
    """Act so many times, one act after the other, each chosen by lot; a busy database is asked again."""
    random = Random(task.seed * 1000 + number)  # noqa: S311 -- the same seed makes the same choices
    by, memory = task.mediators[number % len(task.mediators)], Memory()
    for _ in range(task.turns):
        chosen = random.choice(list(memory.mine)) if memory.mine and random.random() < 0.6 else None
        act = _change(chosen, memory, task, random, by) if chosen else _begin(task, random, by)
        ended, learned = attempt(house, act)
        memory.ended[ended] += 1
        memory.mine.update(learned)
    return memory


def attempt(house: House, act: Act) -> tuple[str, Learned]:
    """Do it as a page would, again when the database was busy; what came of it counts once it is written."""
    for _ in range(TRIES):
        try:
            with database_of(house).write() as tx:
                learned = act(tx)
        except Refused as refused:
            return refused.code, {}
        except Busy:
            continue
        except (NotFound, IntegrityError, OperationalError) as failure:  # but for NotFound, only without a guard
            return type(failure).__name__, {}
        return "done", learned
    return "busy", {}


def attempt_to(house: House, act: Callable[[Session], object]) -> str:
    """Do it as a page would; return how it ended."""

    def forgetting(tx: Session) -> Learned:
        act(tx)
        return {}

    return attempt(house, forgetting)[0]


def _begin(task: Task, random: Random, by: SignedIn) -> Act:
    """Book a time or hold it; now and then the same form is sent twice."""
    at, form, is_held = random.choice(task.times), key(), random.random() < 0.4
    interpreter = random.choice([None, None, Modality.ON_SITE])
    alias = random.choice(["Iris", "Rose", "Lilas", "Aube", "Mai", "Lune", None])
    wish = Wish(*at, alias, "ara", Topic.RIGHTS, wanted=random.choice(WANTED), interpreter=interpreter)
    state = AppointmentState.HELD if is_held else AppointmentState.BOOKED
    act = appointments.hold if is_held else bookings.book
    times = random.choice([1, 1, 1, 2])
    return lambda tx: {act(tx, wish, key=form, by=by, now=NOW): (state, at) for _ in range(times)}


def _change(name: str, memory: Memory, task: Task, random: Random, by: SignedIn) -> Act:
    """Confirm, move, call off or restore one's own."""
    (state, at), to = memory.mine[name], random.choice(task.times)
    what = "restore" if state in _BACK else random.choice(["move", "cancel", "confirm"])
    comes_to = {
        "restore": (_BACK.get(state, state), at),
        "move": (state, to),
        "cancel": (_ENDED.get(state, state), at),
        "confirm": (AppointmentState.BOOKED, at),
    }

    def act(tx: Session) -> Learned:
        getattr(bookings, what)(tx, name, *(to if what == "move" else ()), by=by, now=NOW)
        return {name: comes_to[what]}

    return act


@dataclass(frozen=True)
class Edge:
    """Times that are held, and who would like each of them, at the moment when the holds end."""

    by: SignedIn
    wishes: tuple[Wish, ...]
    held: tuple[str, ...]
    over: datetime
    seed: int


def at_the_edge(number: int, house: House, edge: Edge) -> tuple[str, str]:
    """Of four clients at each time two confirm (one of them perhaps again), one books it for somebody else, one sweeps.

    Return how it ended, and which appointment is booked by it. By each one's clock the hold is over or just not.
    """
    which, role = divmod(number, 4)
    random = Random(edge.seed * 1000 + number)  # noqa: S311 -- the same seed makes the same choices
    now = edge.over + random.choice([-1, 1]) * timedelta(milliseconds=100)
    name, wish, form = edge.held[which], edge.wishes[which], key()

    def act(tx: Session) -> Learned:
        if role == 0:
            made = bookings.book(tx, wish, key=form, by=edge.by, now=now)
        elif role == 1:
            holds.expire(tx, now=now)
            return {}
        else:
            bookings.confirm(tx, name, by=edge.by, now=now)
            made = name
        return {made: (AppointmentState.BOOKED, (wish.session_id, wish.starts_at))}

    ended, learned = attempt(house, act)
    return ended, next(iter(learned), "")
