"""Accounts and paper codes, on both engines."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import time, timedelta
from threading import Barrier

import pytest

from clinic.db import Database
from clinic.domain.answers import NotFound, Refused
from clinic.domain.contacts import Channel, Choice, Hours, Shared
from clinic.domain.people import CODE_DIGITS, CODE_LIVES, CODE_TRIES, Role, SignedIn
from clinic.models import AuditEntry, FeedLink, Person
from clinic.queries import people as queries
from clinic.queries import readers
from clinic.services import contacts, people
from clinic.services.people import PersonDraft, TriedCode
from tests import make
from tests.make import NOW

LATER = NOW + timedelta(minutes=5)
AMINA = PersonDraft("Amina", "amina", frozenset({Role.MEDIATOR, Role.INTERPRETER}))


@pytest.fixture
def coordinator(each_db: Database) -> SignedIn:
    with each_db.write() as tx:
        return make.make_person(tx, Role.COORDINATOR, sign_in_name="claire")


@pytest.mark.parametrize("roles", [{Role.MEMBER}, {Role.INTERPRETER, Role.MEMBER}])
def test_S10_who_begins_or_ceases_to_work_here_is_asked_again_about_messages(
    each_db: Database, coordinator: SignedIn, roles: set[Role]
) -> None:
    hers = Choice(Channel.SMS, Shared.YES, number="06 12 34 56 78", hours=Hours(time(9), time(12)))
    before = Role.MEMBER if Role.INTERPRETER in roles else Role.INTERPRETER
    with each_db.write() as tx:
        whom = make.make_person(tx, before, sign_in_name="amina")
        contacts.choose(tx, whom.id, hers, now=NOW)
        people.change(tx, whom.id, PersonDraft("Amina", "amina", frozenset(roles)), by=coordinator, now=LATER)

        assert readers.choice_of(tx, whom.id) == Choice(Channel.NONE)


def test_other_roles_at_the_same_work_leave_messages_alone(each_db: Database, coordinator: SignedIn) -> None:
    with each_db.write() as tx:
        whom = make.make_person(tx, Role.MEDIATOR, sign_in_name="amina")
        make.give_address(tx, whom.id)
        people.change(tx, whom.id, AMINA, by=coordinator, now=LATER)

        assert (choice := readers.choice_of(tx, whom.id))
        assert choice.channel is Channel.MAIL


def test_an_added_person_has_her_roles_and_no_password(each_db: Database, coordinator: SignedIn) -> None:
    with each_db.write() as tx:
        person_id = people.add(tx, AMINA, key=make.key(), by=coordinator, now=NOW)

    with each_db.read() as tx:
        row = queries.person(tx, person_id)
        audit = tx.query(AuditEntry).filter_by(object_id=person_id).one()
    assert (row.name, row.sign_in_name, row.roles) == ("Amina", "amina", (Role.MEDIATOR, Role.INTERPRETER))
    assert not row.has_password
    assert (audit.action, audit.actor_id) == ("person.add", coordinator.id)


def test_S72_the_same_form_sent_twice_adds_one_person(each_db: Database, coordinator: SignedIn) -> None:
    key = make.key()

    ids = set()
    for _ in range(2):
        with each_db.write() as tx:
            ids.add(people.add(tx, AMINA, key=key, by=coordinator, now=NOW))

    assert len(ids) == 1


def test_a_sign_in_name_is_taken_whatever_its_capitals(each_db: Database, coordinator: SignedIn) -> None:
    other = PersonDraft("Claire", "CLAIRE", frozenset({Role.MEMBER}))

    with pytest.raises(Refused, match="sign_in_name_taken"), each_db.write() as tx:
        people.add(tx, other, key=make.key(), by=coordinator, now=NOW)

    with each_db.read() as tx:
        assert len(queries.everyone(tx)) == 1


def test_a_changed_name_may_not_be_that_of_somebody_else(each_db: Database, coordinator: SignedIn) -> None:
    with each_db.write() as tx:
        person_id = people.add(tx, AMINA, key=make.key(), by=coordinator, now=NOW)

    with pytest.raises(Refused, match="sign_in_name_taken"), each_db.write() as tx:
        people.change(tx, person_id, PersonDraft("Amina", "claire", AMINA.roles), by=coordinator, now=LATER)

    with each_db.read() as tx:
        assert queries.person(tx, person_id).sign_in_name == "amina"


@pytest.mark.parametrize(("roles", "is_still_in"), [
    (frozenset({Role.MEDIATOR, Role.INTERPRETER}), True), (frozenset({Role.MEDIATOR}), False),
])  # fmt: skip
def test_S33_only_other_roles_end_open_sign_ins(
    each_db: Database, coordinator: SignedIn, roles: frozenset[Role], *, is_still_in: bool
) -> None:
    with each_db.write() as tx:
        person_id = people.add(tx, AMINA, key=make.key(), by=coordinator, now=NOW)

    with each_db.write() as tx:
        people.change(tx, person_id, PersonDraft("Amina B.", "amina", roles), by=coordinator, now=LATER)

    with each_db.read() as tx:
        assert queries.person(tx, person_id).name == "Amina B."
        assert (queries.signed_in(tx, person_id, 1) is not None) is is_still_in
        assert set(queries.person(tx, person_id).roles) == roles


def test_S08_disabling_ends_sign_ins_links_and_codes_at_once(each_db: Database, coordinator: SignedIn) -> None:
    with each_db.write() as tx:
        amina = make.make_person(tx, Role.LAWYER, sign_in_name="amina")
        people.give_code(tx, amina.id, "digest", by=coordinator, now=NOW)
        link = FeedLink(
            person_id=amina.id, token_digest="0", name="x", detail="discreet", language="fr", created_at=NOW
        )
        tx.add(link)

    with each_db.write() as tx:
        people.disable(tx, amina.id, by=coordinator, now=LATER)
        people.disable(tx, amina.id, by=coordinator, now=LATER)

    with each_db.write() as tx:
        assert queries.signed_in(tx, amina.id, 1) is None
        assert queries.credentials(tx, "amina") is None
        assert people.try_code(tx, "amina", now=LATER) is None
        assert tx.get_one(FeedLink, link.id).revoked_at == LATER
        assert tx.query(AuditEntry).filter_by(action="person.disable").count() == 1


def test_an_enabled_account_signs_in_anew_and_its_links_stay_ended(each_db: Database, coordinator: SignedIn) -> None:
    with each_db.write() as tx:
        amina = make.make_person(tx, Role.LAWYER, sign_in_name="amina", password_hash="hash")
        people.disable(tx, amina.id, by=coordinator, now=NOW)

    with each_db.write() as tx:
        people.enable(tx, amina.id, by=coordinator, now=LATER)

    with each_db.read() as tx:
        known = queries.credentials(tx, "amina")
        assert known
        assert queries.signed_in(tx, amina.id, known.session_version)
        assert queries.signed_in(tx, amina.id, 1) is None


def test_nobody_disables_herself(each_db: Database, coordinator: SignedIn) -> None:
    with pytest.raises(Refused, match="yourself"), each_db.write() as tx:
        people.disable(tx, coordinator.id, by=coordinator, now=NOW)


def test_the_last_coordinator_stays(each_db: Database, coordinator: SignedIn) -> None:
    with each_db.write() as tx:
        second = make.make_person(tx, Role.COORDINATOR)
        people.disable(tx, second.id, by=coordinator, now=NOW)
    draft = PersonDraft("Claire", "claire", frozenset({Role.MEDIATOR}))

    with pytest.raises(Refused, match="last_coordinator"), each_db.write() as tx:
        people.change(tx, coordinator.id, draft, by=coordinator, now=NOW)
    with pytest.raises(Refused, match="last_coordinator"), each_db.write() as tx:
        people.disable(tx, coordinator.id, by=second, now=NOW)


@pytest.mark.parametrize("round_", range(5))
def test_two_coordinators_cannot_remove_each_other(each_db: Database, coordinator: SignedIn, round_: int) -> None:
    with each_db.write() as tx:
        second = make.make_person(tx, Role.COORDINATOR, sign_in_name="second")
    together = Barrier(2)

    def step_down(person: SignedIn) -> bool:
        draft = PersonDraft(person.name, person.id, frozenset({Role.MEDIATOR}))
        together.wait()
        try:
            with each_db.write() as tx:
                people.change(tx, person.id, draft, by=person, now=NOW)
        except Refused:
            return False
        return True

    with ThreadPoolExecutor() as threads:
        done = list(threads.map(step_down, (coordinator, second)))

    assert sorted(done) == [False, True]


def test_somebody_unknown_is_not_found(each_db: Database, coordinator: SignedIn) -> None:
    with each_db.write() as tx:
        for act in (people.disable, people.enable):
            with pytest.raises(NotFound):
                act(tx, "0" * 16, by=coordinator, now=NOW)
        with pytest.raises(NotFound):
            people.give_code(tx, "0" * 16, "digest", by=coordinator, now=NOW)


def test_a_drawn_code_is_twelve_digits_and_not_the_same_twice() -> None:
    codes = {people.draw_code() for _ in range(50)}

    assert len(codes) == 50
    assert all(len(code) == CODE_DIGITS and code.isdecimal() for code in codes)


def test_a_code_sets_the_password_once_and_ends_older_sign_ins(each_db: Database, coordinator: SignedIn) -> None:
    amina = _with_code(each_db, coordinator)
    with each_db.write() as tx:
        tried = people.try_code(tx, "Amina", now=LATER)
    assert tried == TriedCode(amina.id, "digest")

    with each_db.write() as tx:
        version = people.set_password(tx, tried, "hash", now=LATER)

    with pytest.raises(Refused, match="code_wrong"), each_db.write() as tx:
        people.set_password(tx, tried, "other", now=LATER)
    with each_db.write() as tx:
        assert people.try_code(tx, "amina", now=LATER) is None
        assert tx.get_one(Person, amina.id).password_hash == "hash"
        assert queries.signed_in(tx, amina.id, version)
        assert queries.signed_in(tx, amina.id, 1) is None


def test_a_code_lives_72_hours(each_db: Database, coordinator: SignedIn) -> None:
    _with_code(each_db, coordinator)

    with each_db.write() as tx:
        assert people.try_code(tx, "amina", now=NOW + CODE_LIVES) is None
        assert people.try_code(tx, "amina", now=NOW + CODE_LIVES - timedelta(seconds=1))


def test_a_code_takes_five_tries_even_at_once(each_db: Database, coordinator: SignedIn) -> None:
    _with_code(each_db, coordinator)

    def try_it(_number: int) -> bool:
        with each_db.write() as tx:
            return people.try_code(tx, "amina", now=NOW) is not None

    with ThreadPoolExecutor(12) as threads:
        granted = list(threads.map(try_it, range(12)))

    assert sum(granted) == CODE_TRIES


def test_a_new_code_ends_the_older_one(each_db: Database, coordinator: SignedIn) -> None:
    amina = _with_code(each_db, coordinator)
    with each_db.write() as tx:
        older = people.try_code(tx, "amina", now=NOW)
    assert older

    with each_db.write() as tx:
        expires_at = people.give_code(tx, amina.id, "newer", by=coordinator, now=LATER)

    assert expires_at == LATER + CODE_LIVES
    with pytest.raises(Refused, match="code_wrong"), each_db.write() as tx:
        people.set_password(tx, older, "hash", now=LATER)
    with each_db.write() as tx:
        assert people.try_code(tx, "amina", now=LATER) == TriedCode(amina.id, "newer")


def test_a_disabled_account_gets_no_code(each_db: Database, coordinator: SignedIn) -> None:
    with each_db.write() as tx:
        amina = make.make_person(tx, Role.LAWYER)
        people.disable(tx, amina.id, by=coordinator, now=NOW)

    with pytest.raises(Refused, match="person_disabled"), each_db.write() as tx:
        people.give_code(tx, amina.id, "digest", by=coordinator, now=NOW)


def _with_code(database: Database, coordinator: SignedIn) -> SignedIn:
    with database.write() as tx:
        amina = make.make_person(tx, Role.LAWYER, sign_in_name="amina")
        people.give_code(tx, amina.id, "digest", by=coordinator, now=NOW)
    return amina
