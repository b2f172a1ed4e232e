"""The bar on top: what each role finds there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask, request, url_for
from flask_babel import gettext

from clinic.domain.people import LEGAL_TEAM, Role, SignedIn
from clinic.domain.times import Week
from clinic.queries import calls, demonstration, notices
from clinic.queries.notices import Alarm
from clinic.web.shared.flashes import flashes
from clinic.web.shared.ground import db, now, settings, today
from clinic.web.shared.identity import who
from clinic.web.shared.locale import language, languages


@dataclass(frozen=True)
class Item:
    """One link of the bar."""

    label: str
    url: str
    is_current: bool


def navigation() -> list[Item]:
    """The links of the bar for whoever is signed in."""
    visitor = who()
    if visitor is None:
        return []
    items = [
        _item(gettext("Today"), "agenda.today"),
        _item(gettext("Week"), "agenda.week", week=str(Week.of(today()))),
    ]
    if visitor.holds(Role.COORDINATOR, Role.MEDIATOR):
        items += _of_people_helped(visitor)
    if visitor.holds(Role.MEMBER, Role.WORKSHOP_ORGANISER, Role.COORDINATOR):
        items.append(_item(gettext("Workshops"), "workshops.index"))
    if visitor.holds(Role.COORDINATOR, Role.MEDIATOR):
        items.append(_item(gettext("Rota"), "rota.open_shifts"))
    elif visitor.holds(*LEGAL_TEAM):
        items.append(_item(gettext("To fill"), "rota.open_shifts"))
    if visitor.holds(Role.INTERPRETER):
        items.append(_item(gettext("Requests"), "interpreting.index"))
    if visitor.holds(Role.COORDINATOR):
        items += [
            _item(gettext("Series"), "sessions.every_series"),
            _item(gettext("Team"), "people.index"),
            _item(gettext("Messages"), "notices.index"),
        ]
    return items


def _of_people_helped(visitor: SignedIn) -> list[Item]:
    helped = _item(gettext("People helped"), "beneficiaries.index")
    return [_item(gettext("Calls"), "calls.to_make"), helped] if _has_calls(visitor) else [helped]


def _has_calls(visitor: SignedIn) -> bool:
    with db.read() as tx:
        return bool(calls.to_make(tx, reader=visitor, now=now()))


def install(app: Flask) -> None:
    """Offer to every template what the base layout shows."""
    app.context_processor(_layout)


def _layout() -> dict[str, object]:
    with db.read() as tx:
        is_demo = demonstration.is_demo(tx)
    return {
        "who": who(),
        "language": language(),
        "direction": "ltr",
        "languages": languages(),
        "navigation": navigation(),
        "demo": is_demo,
        "alarm": _alarm(),
        "flashes": flashes,
        "today": today(),
    }


def _alarm() -> Alarm | None:
    """What a coordinator has to know of messages; where no channel was ever set up, waiting is no news."""
    visitor = who()
    if visitor is None or not visitor.holds(Role.COORDINATOR):
        return None
    with db.read() as tx:
        found = notices.alarm(tx, now=now())
    is_set_up = settings.mail_server or settings.sms_gateway
    return found if found is Alarm.HELD or is_set_up else None


def _item(label: str, endpoint: str, **values: Any) -> Item:
    return Item(label, url_for(endpoint, **values), request.endpoint == endpoint)
