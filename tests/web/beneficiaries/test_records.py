"""The pages of a record: words to choose from, the warning about names, what is typed stays, stale edits are shown."""

from __future__ import annotations

from flask.testing import FlaskClient
from sqlalchemy import select

from clinic.db import Database
from clinic.domain import aliases
from clinic.domain.people import Role
from clinic.models import Beneficiary
from clinic.services import exclusions
from tests import make
from tests.conftest import SignIn
from tests.make import NOW
from tests.web import pages
from tests.web.beneficiaries.helped import World, make_helped
from tests.web.forms import post

NEW = "/beneficiaries/new"


def _called(db: Database, alias: str) -> Beneficiary | None:
    with db.read() as tx:
        return next((each for each in tx.scalars(select(Beneficiary)) if each.alias == alias), None)


def _words(page: pages.Page) -> list[str]:
    return [each.get("value") for each in page.all("input") if each.get("name") == "word" and each.get("value")]


def test_six_words_are_proposed_other_six_on_reload_none_that_she_uses(client: FlaskClient, world: World) -> None:
    answers = [client.get(NEW) for _ in range(4)]

    drawn = [_words(pages.read(each)) for each in answers]
    assert all(len(words) == aliases.SUGGESTED for words in drawn)
    assert len({tuple(words) for words in drawn}) > 1
    assert {word for words in drawn for word in words} <= set(aliases.words("en"))
    assert not pages.problems(answers[0].text)


def test_a_word_pressed_is_her_alias_and_her_page_opens(client: FlaskClient, db: Database, world: World) -> None:
    asked = client.get(NEW)
    word = _words(pages.read(asked))[2]

    answer = pages.press(client, asked, "Note her", word=word, language_1="bin", language_3="eng", language_4="bin")

    kept = _called(db, word)
    assert kept
    assert (answer.status_code, answer.location) == (303, f"/beneficiaries/{kept.id}")
    assert (kept.languages, kept.mediator_id, kept.stand_in_id) == ("bin eng", world.mediator.id, None)
    words = " ".join(pages.read(client.get(answer.location)).text("main").split())
    assert "Edo, English" in words


def test_what_is_typed_counts_before_what_is_pressed(client: FlaskClient, db: Database) -> None:
    asked = client.get(NEW)

    pages.press(client, asked, "Note her", word=_words(pages.read(asked))[0], alias="Horizon 2", language_1="fra")

    assert _called(db, "Horizon 2")


def test_a_full_name_is_asked_about_and_nothing_typed_is_lost(client: FlaskClient, db: Database) -> None:
    warned = pages.press(client, client.get(NEW), "Note her", alias="Marie Dupont", language_1="bin", language_2="eng")

    page = pages.read(warned)
    assert warned.status_code == 422
    assert "This looks like a name." in page.errors_at("alias")
    assert len(page.errors()) == 1
    typed = pages.form_of(warned, "Note her")
    assert (typed["alias"], typed["language_1"], typed["language_2"]) == ("Marie Dupont", "bin", "eng")
    assert "is_no_name" not in typed
    assert _called(db, "Marie Dupont") is None
    assert not pages.problems(warned.text)

    kept = pages.press(client, warned, "Note her", is_no_name="y")

    assert kept.status_code == 303
    assert _called(db, "Marie Dupont")


def test_the_tick_about_names_is_not_there_before_it_is_needed(client: FlaskClient) -> None:
    assert "It is not her name" not in client.get(NEW).text


def test_a_word_and_a_language_are_needed(client: FlaskClient, db: Database) -> None:
    answer = pages.press(client, client.get(NEW), "Note her")

    page = pages.read(answer)
    assert answer.status_code == 422
    assert page.errors() == ["Choose a word, or type one.", "Choose at least one language."]


def test_what_no_page_offers_is_refused(client: FlaskClient, world: World, sign_in: SignIn) -> None:
    wrong = [
        {"word": "Blessing", "language_1": "eng"},
        {"alias": "Galet", "language_1": "xxx"},
        {"alias": "Galet", "language_1": "und"},
        {"alias": "Galet", "language_1": "eng", "stand_in": world.mediator.id},
        {"alias": "Gal\u202eet", "language_1": "eng"},
        {"alias": "G" * 41, "language_1": "eng"},
    ]

    answers = [post(client, NEW, {"key": make.key(), **each}) for each in wrong]

    assert [each.status_code for each in answers] == [422] * len(wrong)
    assert all(len(pages.read(each).errors()) == 1 for each in answers)
    assert post(client, NEW, {"key": make.key(), "name": "Marie"}).status_code == 400


def test_a_word_that_is_taken_leads_to_whom_one_calls_so(client: FlaskClient, world: World) -> None:
    answer = pages.press(client, client.get(NEW), "Note her", alias="iris", language_1="eng")

    page = pages.read(answer)
    assert answer.status_code == 409
    assert "You call somebody by this word already" in page.errors_at("alias")
    assert world.url in [each.get("href") for each in page.all("a")]


def test_a_record_is_changed_and_its_languages_keep_their_order(
    client: FlaskClient, db: Database, world: World
) -> None:
    with db.write() as tx:
        stand_in = make.make_person(tx, Role.MEDIATOR, name="Bela")
        tx.get_one(Beneficiary, world.beneficiary_id).languages = "yor twi"
    asked = client.get(f"{world.url}/change")
    found = pages.form_of(asked, "Save")

    answer = pages.press(client, asked, "Save", alias="Galet", language_3="fra", stand_in=stand_in.id)

    assert (found["language_1"], found["language_2"], found["alias"]) == ("yor", "twi", "Iris")
    assert (answer.status_code, answer.location) == (303, world.url)
    kept = _called(db, "Galet")
    assert kept
    assert (kept.languages, kept.stand_in_id) == ("yor twi fra", stand_in.id)
    assert not pages.problems(asked.text)


def test_S73_somebody_elses_change_is_shown_beside_what_was_typed(
    client: FlaskClient, db: Database, world: World
) -> None:
    asked = client.get(f"{world.url}/change")
    with db.write() as tx:
        tx.get_one(Beneficiary, world.beneficiary_id).languages = "yor"

    stale = pages.press(client, asked, "Save", alias="Galet", language_1="fra")
    again = pages.press(client, stale, "Save")

    words = " ".join(pages.read(stale).text("main").split())
    assert stale.status_code == 409
    assert "Somebody changed this meanwhile." in words
    assert "What is noted now" in words
    assert "Yoruba" in words
    assert again.status_code == 303
    assert (kept := _called(db, "Galet"))
    assert kept.languages == "fra"


def test_a_stand_in_who_left_stays_until_somebody_else_is_chosen(
    client: FlaskClient, db: Database, world: World
) -> None:
    with db.write() as tx:
        gone = make.make_person(tx, Role.LAWYER, name="Partie")
        tx.get_one(Beneficiary, world.beneficiary_id).stand_in_id = gone.id

    answer = pages.press(client, client.get(f"{world.url}/change"), "Save", language_1="fra")

    assert answer.status_code == 303
    assert (kept := _called(db, "Iris"))
    assert kept.stand_in_id == gone.id


def test_S07_whom_she_never_meets_is_offered_nowhere_and_a_forged_answer_is_like_nobody(
    client: FlaskClient, db: Database, world: World
) -> None:
    with db.write() as tx:
        apart = make.make_person(tx, Role.MEDIATOR, name="Apart")
        make.make_person(tx, Role.MEDIATOR, name="Bela")
        exclusions.exclude(tx, world.beneficiary_id, apart.id, by=world.mediator, now=NOW)
    asked = {path: client.get(f"{world.url}/{path}") for path in ("change", "hand-over")}

    forged, nobody = (
        pages.press(client, asked["hand-over"], "Hand her over", person=each, key=make.key())
        for each in (apart.id, "0" * 16)
    )

    assert all("Bela" in each.text and "Apart" not in each.text for each in asked.values())
    assert (forged.status_code, forged.text) == (nobody.status_code, nobody.text)
    assert forged.status_code == 404


def test_S02_another_mediator_opens_none_of_it(sign_in: SignIn, db: Database, world: World) -> None:
    other = sign_in(Role.MEDIATOR)

    for path in ("change", "hand-over", "erase", "never-with", "never-with/take-back", "hand-over/take-back"):
        hers, nobodys = (post(other, f"{url}/{path}") for url in (world.url, f"/beneficiaries/{'0' * 16}"))
        assert (hers.status_code, hers.text) == (nobodys.status_code, nobodys.text), path
        assert hers.status_code == 404, path


def test_the_page_says_what_was_and_what_comes(client: FlaskClient, db: Database, world: World) -> None:
    with db.write() as tx:
        make_helped(tx, mediator=world.mediator, alias="Galet", slot=1)

    words = " ".join(pages.read(client.get(world.url)).text("main").split())
    links = [each.get("href") for each in pages.read(client.get(world.url)).all("a")]

    assert "Friday 27 November at 09:30" in words
    assert "English" in words
    assert "Nobody" in words
    assert [
        each
        for each in links
        if each.startswith("/appointments/new/") and each.endswith(f"?for={world.beneficiary_id}")
    ]
