"""The places of the demonstration, and when they are closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from clinic.demo.stage import WEEK, Stage
from clinic.domain.places import Publicity
from clinic.services import places
from clinic.services.places import ClosureDraft, PlaceDraft


@dataclass(frozen=True)
class Places:
    """The ids of the three places."""

    law_access: str
    bus: str
    workshops: str


_LAW_ACCESS = PlaceDraft("PAD 18e", "Paris 18e", "2 rue de Suez, 75018 Paris", Publicity.PUBLIC)
_BUS = PlaceDraft("Bus", "Bois de Vincennes", "Route de la Pyramide, près du parking", Publicity.TOLD_LATE)
_WORKSHOPS = PlaceDraft(
    "Salle des ateliers", "Paris", "Salle du rez-de-chaussée, code donné par l’équipe", Publicity.TOLD_LATE
)


def add_all(stage: Stage) -> Places:
    """Add the places; all shut in August and around New Year, and the law access point for one week of works."""
    law_access, bus, workshops = (
        places.add(stage.tx, draft, key=stage.key(), by=stage.coordinator, now=stage.now)
        for draft in (_LAW_ACCESS, _BUS, _WORKSHOPS)
    )
    monday = stage.friday + 6 * WEEK - timedelta(days=4)
    august, christmas = _next_august(stage.today), _next_christmas(stage.today)
    for closure in (
        ClosureDraft("Fermeture d’été", None, august, august.replace(day=31)),
        ClosureDraft("Fermeture de fin d’année", None, christmas, christmas + timedelta(days=9)),
        ClosureDraft("Travaux dans le local", law_access, monday, monday + timedelta(days=6)),
    ):
        places.close(stage.tx, closure, key=stage.key(), by=stage.coordinator, now=stage.now)
    return Places(law_access, bus, workshops)


def _next_august(today: date) -> date:
    """The next August that begins after the weeks that are shown filled, so that a summer's day shows them too."""
    august = date(today.year, 8, 1)
    return august if august > today + 5 * WEEK else august.replace(year=today.year + 1)


def _next_christmas(today: date) -> date:
    """The coming 24 December; on the ten days that are closed, the one they began with."""
    ten_days_ago = today - timedelta(days=9)
    christmas = date(ten_days_ago.year, 12, 24)
    return christmas if christmas >= ten_days_ago else christmas.replace(year=ten_days_ago.year + 1)
