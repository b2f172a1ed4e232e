"""How the people of the demonstration may be reached: all that there is, and nothing that is anybody's."""

from __future__ import annotations

import re
from collections import Counter

from sqlalchemy import select

from clinic.db import Database
from clinic.domain import aliases
from clinic.domain.contacts import Channel, Shared, Suspension, Wording
from clinic.domain.people import Role
from clinic.models import Beneficiary, Contact, Interpreter
from clinic.queries import people, readers, valves
from tests.make import NOW


def test_those_who_are_helped_said_how_they_may_be_reached(loaded: Database) -> None:
    with loaded.read() as tx:
        aliases = tx.scalars(select(Beneficiary.alias).where(Beneficiary.alias_digest.is_not(None))).all()
        kept = tx.scalars(select(Contact).where(Contact.beneficiary_id.is_not(None))).all()
        reaches = [readers.reach_of(each) for each in kept]
    ways = Counter(each.choice.channel for each in reaches)

    assert len(aliases) == len(set(aliases)) == 30
    assert ways == {Channel.SMS: 12, Channel.NONE: 9, Channel.CALL: 4, Channel.MAIL: 3}
    assert {each.suspended for each in reaches} == {None, *Suspension}
    assert {each.choice.language for each in reaches} == {None, "en"}
    assert {each.choice.is_shared for each in reaches} == set(Shared)
    assert {each.choice.wording for each in reaches} == set(Wording)
    assert {each.is_confirmed for each in reaches if each.choice.is_shared is not Shared.NO} == {True, False}
    assert {each.choice.coordinator_agrees for each in reaches if each.choice.is_minor} == {True, False}
    assert any(each.choice.hours and each.choice.hours.rest_days for each in reaches)


def test_everybody_is_called_by_a_word_that_the_house_proposes(loaded: Database) -> None:
    with loaded.read() as tx:
        called = set(tx.scalars(select(Beneficiary.alias).where(Beneficiary.alias.is_not(None))))

    assert {each for each in called if not aliases.is_proposed(each or "")} == set()
    assert len(called) >= 30


def test_every_number_is_of_those_kept_for_fiction_and_every_address_is_nobodys(loaded: Database) -> None:
    with loaded.read() as tx:
        choices = [readers.reach_of(each).choice for each in tx.scalars(select(Contact))]
        phones = tx.scalars(select(Interpreter.phone).where(Interpreter.phone.is_not(None))).all()
    numbers = [each.number for each in choices if each.number]

    assert len(set(numbers)) == len(numbers) > 15
    assert all(re.fullmatch(r"\+3363998[0-9]{4}", each) for each in numbers)
    assert all(re.fullmatch(r"06 39 98 [0-9]{2} [0-9]{2}", each or "") for each in phones)
    assert all(each.email.endswith("@example.org") for each in choices if each.email)


def test_of_the_members_some_chose_mail_or_sms_and_most_nothing(loaded: Database) -> None:
    with loaded.read() as tx:
        members = people.holding(tx, [Role.MEMBER])
        found = readers.people(tx, [each.id for each in members])
    ways = Counter(each.reach.choice.channel if each.reach else None for each in found.values() if not each.at_work)

    assert ways == {None: 2, Channel.MAIL: 2, Channel.SMS: 2}


def test_the_gateway_was_full_two_hours_ago_and_is_tried_again(loaded: Database) -> None:
    with loaded.read() as tx:
        mail, sms = valves.overview(tx, now=NOW)

    assert (mail.why, sms.why, sms.code) == (None, None, "gateway_503")
