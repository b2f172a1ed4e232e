"""The same form from two clients at the same moment: through the page, and straight through the services."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from clinic.domain.people import SignedIn
from clinic.services import appointments, disclosures, queue
from clinic.services.appointments import Wish
from clinic.services.queue import Arrival
from tests.races import clients
from tests.races.at_the_desk import attempt_to
from tests.races.clients import House
from tests.races.crowd import CLIENTS

PAIRS = CLIENTS // 2
KINDS = ("hold", "arrive", "disclose")


@dataclass(frozen=True)
class Forms:
    """What the pairs send: their keys, where, when, by whom, and of what an appointment is opened to whom."""

    keys: tuple[str, ...]
    session_id: str
    slots: tuple[datetime, ...]
    by: SignedIn
    opened: tuple[str, ...]
    lawyer_id: str
    now: datetime


def send_page(number: int, house: House, session_id: str, keys: tuple[str, ...]) -> int:
    """Send the page that lies open, with the key of this client's pair; return the status."""
    return clients.send_form(number, house, session_id, key=keys[number % PAIRS]).status


def send(number: int, house: House, forms: Forms) -> str:
    """Send the form of this client's pair to its service; return how it ended."""
    pair = number % PAIRS
    form, by, now = forms.keys[pair], forms.by, forms.now
    wish = Wish(forms.session_id, forms.slots[pair], f"Alias {pair}", "ara", None)
    came = Arrival(f"Alias {pair}", "ara", None)
    acts: dict[str, Callable[[Session], object]] = {
        "hold": lambda tx: appointments.hold(tx, wish, key=form, by=by, now=now),
        "arrive": lambda tx: queue.arrive(tx, forms.session_id, came, key=form, by=by, now=now),
        "disclose": lambda tx: disclosures.disclose(
            tx, forms.opened[pair], forms.lawyer_id, 1, key=form, by=by, now=now
        ),
    }
    return attempt_to(house, acts[KINDS[pair % len(KINDS)]])
