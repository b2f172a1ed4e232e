"""Finding somebody again: by alias among one's own, by exactly her contact among all, each such look noted."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from clinic.db import Database
from clinic.domain.answers import Refused
from clinic.domain.contacts import Channel, Choice, Helped, Shared
from clinic.domain.people import Role, SignedIn
from clinic.domain.step_up import Reason
from clinic.models import AuditEntry, Beneficiary
from clinic.queries import finding as queries
from clinic.queries.finding import FoundView
from clinic.services import contacts, exclusions, finding, people, records
from clinic.services.records import RecordDraft
from tests.make import NOW, give_address, key, make_person

NUMBER, MAIL = "+33612345678", "her@example.org"


def _note(tx: Session, by: SignedIn, alias: str, choice: Choice | None = None) -> str:
    her = records.note(tx, RecordDraft(alias, ("eng",)), key=key(), by=by, now=NOW)
    if choice:
        contacts.choose(tx, Helped(her), choice, now=NOW)
    return her


def _find(tx: Session, typed: str, by: SignedIn) -> list[FoundView]:
    return list(finding.by_contact(tx, typed, Reason.CALL_BACK, by=by, now=NOW))


def _looks(tx: Session) -> list[tuple[str | None, str | None, str | None]]:
    found = tx.scalars(select(AuditEntry).where(AuditEntry.action == "contact.find"))
    return [(each.actor_id, each.object_id, each.reason) for each in found]


@pytest.mark.parametrize(("typed", "aliases"), [
    ("Églantine", ["Églantine"]), ("ÉGLANTINE", ["Églantine"]), ("eglan", ["Églantine"]), ("e", ["Églantine", "Étain"]),
    ("étain", ["Étain"]), ("tain", []), ("Galet", []),
])  # fmt: skip
def test_by_alias_one_finds_ones_own_by_the_word_or_its_beginning(
    each_db: Database, typed: str, aliases: list[str]
) -> None:
    with each_db.write() as tx:
        ada = make_person(tx)
        for alias in ("Étain", "Églantine", "Iris"):
            _note(tx, ada, alias)
        _note(tx, make_person(tx), "Galet")

        assert [each.alias for each in queries.by_alias(tx, typed, reader=ada, now=NOW)] == aliases


def test_the_very_word_comes_before_those_that_begin_with_it(each_db: Database) -> None:
    with each_db.write() as tx:
        ada = make_person(tx)
        for alias in ("Brume", "Brumeuse", "Brume 2"):
            _note(tx, ada, alias)

        assert next(each.alias for each in queries.by_alias(tx, "brume", reader=ada, now=NOW)) == "Brume"


@pytest.mark.parametrize("typed", ["06 12 34 56 78", "+33 6 12 34 56 78", "her@example.org", "HER@example.org"])
def test_by_contact_one_who_follows_her_finds_her_page(each_db: Database, typed: str) -> None:
    with each_db.write() as tx:
        ada = make_person(tx)
        choice = Choice(Channel.MAIL, Shared.NO, email=MAIL) if "@" in typed else Choice(Channel.CALL, number=NUMBER)
        her = _note(tx, ada, "Iris", choice)

        (found,) = _find(tx, typed, ada)

        assert (found.beneficiary_id, found.alias) == (her, "Iris")
        assert _looks(tx) == [(ada.id, found.contact_id, "call_back")]


def test_S02_another_mediator_learns_whom_to_ask_and_nothing_else(each_db: Database) -> None:
    with each_db.write() as tx:
        ada, other = make_person(tx, name="Ada"), make_person(tx)
        _note(tx, ada, "Iris", Choice(Channel.CALL, number=NUMBER))

        (found,) = _find(tx, NUMBER, other)

        assert (found.beneficiary_id, found.alias, found.mediator) == (None, None, "Ada")


def test_who_coordinates_finds_the_page_and_of_one_who_left_nobody_is_named(each_db: Database) -> None:
    with each_db.write() as tx:
        ada, coordinator = make_person(tx, name="Ada"), make_person(tx, Role.COORDINATOR)
        her = _note(tx, ada, "Iris", Choice(Channel.CALL, number=NUMBER))
        people.disable(tx, ada.id, by=coordinator, now=NOW)

        assert [each.beneficiary_id for each in _find(tx, NUMBER, coordinator)] == [her]
        assert [each.mediator for each in _find(tx, NUMBER, make_person(tx))] == [None]


@pytest.mark.parametrize("typed", ["06 12 34 56 7", "06 12 34", "12", "her@example", "@example.org"])
def test_a_part_of_a_contact_finds_nothing(each_db: Database, typed: str) -> None:
    with each_db.write() as tx:
        ada = make_person(tx)
        _note(tx, ada, "Iris", Choice(Channel.CALL, number=NUMBER, email=MAIL))

        with pytest.raises(Refused, match="unusable"):
            _find(tx, typed, ada)


def test_S07_whom_she_excluded_finds_nobody_and_the_note_of_it_tells_no_difference(each_db: Database) -> None:
    with each_db.write() as tx:
        ada, apart = make_person(tx), make_person(tx)
        her = _note(tx, ada, "Iris", Choice(Channel.CALL, number=NUMBER))
        exclusions.exclude(tx, her, apart.id, by=ada, now=NOW)

        assert _find(tx, NUMBER, apart) == _find(tx, "06 98 76 54 32", apart) == []
        assert _looks(tx) == [(apart.id, None, "call_back")] * 2


def test_people_who_work_here_are_not_found(each_db: Database) -> None:
    with each_db.write() as tx:
        ada = make_person(tx)
        give_address(tx, ada.id, MAIL)

        assert _find(tx, MAIL, ada) == []


def test_two_with_one_number_are_both_found(each_db: Database) -> None:
    with each_db.write() as tx:
        ada = make_person(tx)
        hers = {_note(tx, ada, alias, Choice(Channel.CALL, number=NUMBER)) for alias in ("Iris", "Galet")}

        assert {each.beneficiary_id for each in _find(tx, NUMBER, ada)} == hers
        assert len(tx.scalars(select(Beneficiary)).all()) == 2
