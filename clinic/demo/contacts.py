"""How those who are helped, the members and the team of the demonstration wish to be reached, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import time, timedelta

from sqlalchemy import select

from clinic.demo.stage import WEEK, Stage
from clinic.domain.calendars import Detail
from clinic.domain.contacts import Channel, Choice, Helped, Hours, Shared, TaskKind, Wording
from clinic.domain.notices import State
from clinic.domain.people import Role, SignedIn
from clinic.domain.replies import Verdict
from clinic.models import Beneficiary, Contact, Notice, Person
from clinic.queries import beneficiaries as beneficiary_queries
from clinic.services import beneficiaries, contacts, inbound, safety

_BY_HERSELF, _ALL = Choice(Channel.NONE, Shared.NO), Shared.NO
_SMS, _MAIL, _CALL = Choice(Channel.SMS, _ALL), Choice(Channel.MAIL, _ALL), Choice(Channel.CALL, _ALL)
_NOON = Hours(time(12), time(14))
_EVENINGS = Hours(time(18), time(20, 30), rest_days=True)
_WARM = replace(_SMS, wording=Wording.WARM, names_place=True, signs_off=True)
# What each alias said; None: nobody asked her yet. The first nine are followed by the mediator that visitors try.
SAID: Mapping[str, Choice | None] = {
    "Romarin": _SMS,
    "Menthe": _WARM,
    "Quartz": _BY_HERSELF,
    "Comète": _SMS,
    "Colibri": replace(_SMS, language="en", hours=_NOON),
    "Ardoise": _CALL,
    "Cèdre": _SMS,
    "Saule": _MAIL,
    "Mimosa": _BY_HERSELF,
    "Sésame": _SMS,
    "Indigo": replace(_SMS, is_shared=Shared.YES),
    "Jaspe": _BY_HERSELF,
    "Basalte": replace(_SMS, is_shared=Shared.YES, wording=Wording.WARM),
    "Nacre": _BY_HERSELF,
    "Tilleul": replace(_MAIL, is_shared=Shared.UNKNOWN),
    "Azur": _SMS,
    "Brume": _CALL,
    "Cannelle": replace(_BY_HERSELF, is_minor=True),
    "Érable": replace(_SMS, is_minor=True, coordinator_agrees=True),
    "Fougère": None,
    "Galet": _SMS,
    "Horizon": _BY_HERSELF,
    "Lavande": replace(_MAIL, language="en"),
    "Orge": _CALL,
    "Pivoine": replace(_WARM, hours=_EVENINGS),
    "Safran": _BY_HERSELF,
    "Thym": None,
    "Verveine": _CALL,
    "Onyx": replace(_BY_HERSELF, is_shared=Shared.YES),
    "Dune": _BY_HERSELF,
}
# These have an appointment on the next Friday, the fifth is called off: something is to be seen of each of them.
LIVELY = ("Romarin", "Comète", "Azur", "Cèdre", "Colibri", "Menthe", "Lavande", "Galet", "Sésame")
_OF_FIRST, _FIRST_NUMBER = 9, 10
_LANGUAGES = ("pcm eng", "bin pcm", "eng", "yor eng", "fra", "spa", "ibo eng", "ron fra", "ara fra", "ish pcm")
_HAS_STAND_IN = 4
_RAN_OUT, _SAID_AGAIN = ("Comète", "Lavande"), ("Basalte",)
_PERHAPS_LOST = ("Azur", "Romarin", "Menthe", "Colibri")  # the first to whom anything went
_MEMBERS = (_MAIL, _SMS, replace(_SMS, language="en"), replace(_MAIL, is_shared=Shared.UNKNOWN))


def mediator_of(stage: Stage, alias: str) -> SignedIn:
    """Who follows her: of the first aliases the account that visitors try, of the others the other mediators."""
    first, *others = stage.cast[Role.MEDIATOR]
    number = list(SAID).index(alias)
    return first if number < _OF_FIRST else others[number % len(others)]


def introduce_all(stage: Stage) -> None:
    """Note what all said: members mostly nothing, those who work here by mail or SMS; aliases as `SAID` tells."""
    members = stage.cast[Role.MEMBER][1:]
    chosen = {member.id: choice for member, choice in zip(members, _MEMBERS, strict=False)}
    silent = {person.id for person in stage.cast[Role.MEMBER] if person.roles == {Role.MEMBER}} - set(chosen)
    for number, person in enumerate(stage.tx.scalars(select(Person).order_by(Person.created_at, Person.sign_in_name))):
        if person.id not in silent:
            choice = _reachable(chosen.get(person.id) or _at_work(person), f"01 {number:02}", person.sign_in_name)
            contacts.choose(stage.tx, person.id, choice, now=stage.now - 2 * WEEK)
    for number, (alias, said) in enumerate(SAID.items()):
        _introduce(
            stage,
            alias,
            _reachable(said, f"00 {number + _FIRST_NUMBER}", f"boite{number + _FIRST_NUMBER}") if said else None,
        )


def happen_all(stage: Stage) -> None:
    """What came back since: answers, choices that ran out, one who is not safe any more, one nobody knows of."""
    answered_at = stage.now - timedelta(hours=7)
    inbound.reply(stage.tx, _number("Sésame"), Verdict.STOP, now=answered_at)
    inbound.reply(stage.tx, _number("Cèdre"), Verdict.OTHER, now=answered_at)
    galet = _whom(stage, "Galet")
    safety.not_safe(stage.tx, galet.id, by=mediator_of(stage, "Galet"), now=answered_at)
    beneficiaries.ask_again(stage.tx, now=answered_at)
    _lose(stage)


def _at_work(person: Person) -> Choice:
    """Mail, as most have it; one lawyer and one mediator by SMS, one lawyer by the names of the services."""
    if person.sign_in_name in ("lawyer3", "mediator2"):
        return _SMS
    return replace(_MAIL, detail=Detail.NAMED) if person.sign_in_name == "lawyer2" else _MAIL


def _introduce(stage: Stage, alias: str, choice: Choice | None) -> None:
    mediator = mediator_of(stage, alias)
    number = list(SAID).index(alias)
    whom = beneficiaries.known_as(stage.tx, alias, by=mediator, now=stage.now - 14 * WEEK)
    whom.languages = _LANGUAGES[number % len(_LANGUAGES)]
    if number % _HAS_STAND_IN == 0:
        whom.stand_in_id = next(each.id for each in stage.cast[Role.MEDIATOR] if each.id != mediator.id)
    stage.tx.flush()
    if choice is None:
        return
    weeks_ago = 13 if alias in _RAN_OUT else 2
    said_at: Sequence[int] = (weeks_ago, 1) if alias in _SAID_AGAIN else (weeks_ago,)
    for weeks in said_at:
        at = stage.now - weeks * WEEK
        contacts.choose(stage.tx, Helped(whom.id), choice, by_coordinator=choice.is_minor, now=at)


def _reachable(choice: Choice, digits: str, box: str) -> Choice:
    """A choice with the number or the address it needs: numbers that France keeps for fiction, boxes of nobody."""
    number = f"06 39 98 {digits}" if choice.channel in (Channel.SMS, Channel.CALL) else None
    return replace(choice, number=number, email=f"{box}@example.org" if choice.channel is Channel.MAIL else None)


def _whom(stage: Stage, alias: str) -> Beneficiary:
    whom = beneficiary_queries.called(stage.tx, beneficiary_queries.alias_digest(alias), mediator_of(stage, alias).id)
    if whom is None:
        raise LookupError(alias)
    return whom


def _number(alias: str) -> str:
    return f"06 39 98 00 {list(SAID).index(alias) + _FIRST_NUMBER}"


def _lose(stage: Stage) -> None:
    """The gateway fell silent while an SMS was on its way: her mediator has to ask whether it came."""
    ids = {alias: _whom(stage, alias).id for alias in _PERHAPS_LOST}
    went = select(Notice).where(Notice.beneficiary_id.in_(ids.values()), Notice.state == State.SENT)
    found = stage.tx.scalars(went.order_by(Notice.ended_at.desc(), Notice.id)).all()
    for lost in sorted(found, key=lambda each: list(ids.values()).index(each.beneficiary_id or ""))[:1]:
        lost.state, lost.code = State.UNCONFIRMED, "timeout"
        contact = stage.tx.scalars(select(Contact).where(Contact.beneficiary_id == lost.beneficiary_id)).one()
        at = lost.ended_at or stage.now
        beneficiaries.see_to(stage.tx, contact, TaskKind.UNCONFIRMED, notice_id=lost.id, now=at)
