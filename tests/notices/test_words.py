"""What a notice says, line by line, and what is kept from being said."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from clinic.domain import segments
from clinic.domain.contacts import Channel, Wording
from clinic.domain.notices import FOR_HELPED, FOR_MEMBERS, Facts, Kind, Voice
from clinic.notices import words
from tests.notices import words_page

EVENING = datetime(2026, 3, 12, 17, tzinfo=UTC)  # Thursday, 18:00 in Paris
MORNING = EVENING - timedelta(hours=8)
BEFORE = EVENING - timedelta(days=3)
WORDS = {"fr": "Soir", "en": "Evening"}
NAME = "Permanence des avocates"
TO_PEOPLE = sorted(FOR_HELPED | FOR_MEMBERS)

AT_WORK = {
    ("fr", Kind.REMINDER): "Rappel d’agenda\u00a0: Soir, jeudi 12 mars, 18h00. Détails dans l’application.",
    ("fr", Kind.SHIFT_TAKEN): "Noté dans votre agenda\u00a0: Soir, jeudi 12 mars, 18h00. Détails dans l’application.",
    ("fr", Kind.SHIFT_GIVEN_BACK): "Retiré de votre agenda\u00a0: Soir, jeudi 12 mars, 18h00.",
    ("fr", Kind.OFFER_ASKED): "Proposition d’agenda\u00a0: Soir, jeudi 12 mars, 18h00. Réponse dans l’application.",
    ("fr", Kind.SESSION_CANCELLED): "Changement d’agenda\u00a0: Soir, jeudi 12 mars, 18h00, n’aura pas lieu.",
    ("fr", Kind.ATTENTION): "Agenda\u00a0: il y a quelque chose à regarder. Détails dans l’application.",
    ("en", Kind.REMINDER): "Agenda reminder: Evening, Thursday 12 March, 18:00. Details in the application.",
    ("en", Kind.OFFER_ACCEPTED): "Agenda answer: yes for Evening, Thursday 12 March, 18:00.",
    ("en", Kind.SESSION_MOVED): "Agenda change: Evening, now Thursday 12 March, 18:00. Details in the application.",
    ("en", Kind.ATTENTION): "Agenda: something is to be seen to. Details in the application.",
}
PLAIN = {
    ("fr", Kind.BOOKED): "C’est noté\u00a0: rendez-vous jeudi 12 mars à 18h00.",
    ("fr", Kind.REMINDER): "Rappel\u00a0: rendez-vous jeudi 12 mars à 18h00.",
    ("fr", Kind.REGISTERED): "C’est noté\u00a0: rendez-vous jeudi 12 mars à 18h00.",
    ("fr", Kind.SESSION_MOVED): (
        "Changement\u00a0: le rendez-vous du lundi 9 mars est déplacé au jeudi 12 mars à 18h00."
    ),
    ("fr", Kind.SESSION_CANCELLED): "Annulé\u00a0: rendez-vous du jeudi 12 mars à 18h00.",
    ("en", Kind.REMINDER): "Reminder: appointment Thursday 12 March at 18:00.",
    ("en", Kind.SESSION_MOVED): "Change: the appointment on Monday 9 March is moved to Thursday 12 March at 18:00.",
    ("en", Kind.SESSION_CANCELLED): "Cancelled: appointment on Thursday 12 March at 18:00.",
}
WARM = {
    ("fr", Kind.REMINDER): (
        "Bonjour, petit rappel\u00a0: on se voit jeudi 12 mars à 18h00, au lieu habituel. À bientôt."
    ),
    ("fr", Kind.REGISTERED): "Bonjour, c’est noté\u00a0: on se voit jeudi 12 mars à 18h00. À bientôt.",
    ("fr", Kind.SESSION_CANCELLED): "Bonjour, pas de rendez-vous jeudi 12 mars à 18h00\u00a0: il est annulé.",
    ("en", Kind.BOOKED): "Hello, it is noted: we meet on Thursday 12 March at 18:00, at the usual place. See you soon.",
    ("en", Kind.SESSION_CANCELLED): "Hello, no appointment on Thursday 12 March at 18:00: it is cancelled.",
}


def facts(
    kind: Kind,
    language: str = "fr",
    *,
    works_here: bool | None = None,
    at: datetime = EVENING,
    was_at: datetime | None = BEFORE,
    word: str | None = None,
    voice: Voice = Voice(Channel.MAIL),  # noqa: B008 (it is frozen)
) -> Facts:
    """What a text is made of; for one who works here, if such a one may be told of it."""
    service = {"fr": word, "en": word} if word else WORDS
    at_work = kind is not Kind.BOOKED if works_here is None else works_here
    return Facts(kind, language, at_work, service, at, was_at, voice)


def named(kind: Kind, name: str, channel: Channel = Channel.MAIL) -> Facts:
    """What is made of it for one who works here and chose to read the names of services."""
    return replace(facts(kind, word=name, voice=Voice(channel)), is_named=True)


def digest(services: list[str], language: str = "fr") -> Facts:
    """A day on which one person is on all these, an hour after another."""
    items = tuple(
        ({"fr": each, "en": each}, MORNING + timedelta(hours=number, minutes=-30))
        for number, each in enumerate(services)
    )
    return replace(facts(Kind.DIGEST, language, voice=Voice(Channel.SMS)), items=items)


@pytest.mark.parametrize(("language", "kind"), AT_WORK)
def test_S16_the_words_for_those_who_work_here(language: str, kind: Kind) -> None:
    assert words.text(facts(kind, language)) == AT_WORK[language, kind]


@pytest.mark.parametrize(("language", "kind"), PLAIN)
def test_S11_the_bare_line(language: str, kind: Kind) -> None:
    assert words.text(facts(kind, language, works_here=False)) == PLAIN[language, kind]


@pytest.mark.parametrize(("language", "kind"), WARM)
def test_S11_the_line_that_greets_with_all_that_was_agreed(language: str, kind: Kind) -> None:
    voice = Voice(Channel.SMS, Wording.WARM, names_place=True, signs_off=True)

    assert words.text(facts(kind, language, works_here=False, voice=voice)) == WARM[language, kind]


def test_what_moves_within_its_day_names_the_day_once() -> None:
    assert words.text(facts(Kind.SESSION_MOVED, works_here=False, was_at=MORNING)) == (
        "Changement\u00a0: le rendez-vous du jeudi 12 mars est déplacé à 18h00."
    )


def test_a_change_of_place_alone_names_no_other_day() -> None:
    said = words.text(facts(Kind.SESSION_MOVED, works_here=False, was_at=EVENING))

    assert said == "Un changement pour le rendez-vous du jeudi 12 mars à 18h00."


def test_a_digest_says_the_whole_day_in_its_order() -> None:
    assert words.text(digest(["Matin", "Soir"])) == (
        "Agenda du jeudi 12 mars\u00a0: Matin 09h30, Soir 10h30. Détails dans l’application."
    )
    assert words.text(digest(["Morning", "Evening"], "en")) == (
        "Agenda, Thursday 12 March: Morning 09:30, Evening 10:30. Details in the application."
    )


def test_S13_a_digest_of_a_long_day_says_its_first_parts() -> None:
    said = words.text(digest([f"Atelier de cuisine {letter}" for letter in "ABCDEF"]))

    assert said == (
        "Agenda du jeudi 12 mars\u00a0: Atelier de cuisine A 09h30, Atelier de cuisine B 10h30, "
        "Atelier de cuisine C 11h30… Détails dans l’application."
    )
    assert segments.count(segments.as_sms(said)).fits


def test_S16_at_level_named_the_service_is_called_by_its_name() -> None:
    said = words.text(named(Kind.REMINDER, NAME))

    assert said == "Rappel d’agenda\u00a0: Permanence des avocates, jeudi 12 mars, 18h00. Détails dans l’application."


def test_S16_only_who_works_here_and_chose_it_reads_a_name() -> None:
    with pytest.raises(words.Unspeakable):
        words.text(facts(Kind.REMINDER, word=NAME))


@pytest.mark.parametrize("name", ["Permanence d’accès au droit " * 3, "[{~}] " * 13, "Вечер", "Atelier 花 œuvre"])
@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.BOOKED])
def test_S13_by_sms_a_name_takes_what_room_there_is(kind: Kind, name: str) -> None:
    said = words.text(named(kind, name, Channel.SMS))

    assert segments.count(segments.as_sms(said)).fits


@pytest.mark.parametrize("kind", TO_PEOPLE)
@pytest.mark.parametrize("language", words.LOCALES)
def test_S11_a_text_for_people_holds_no_agenda_word(kind: Kind, language: str) -> None:
    voice = Voice(Channel.SMS, Wording.WARM, names_place=True, signs_off=True)

    said = words.text(facts(kind, language, works_here=False, word="Zinzolin", voice=voice))

    assert "Zinzolin" not in said


@pytest.mark.parametrize(
    "word",
    ["Avocat", "Bus", "Bois de Vincennes", "exemple.fr", "www exemple", "a@b", "01 23 45", "Soir 12345", "http://a"],
)
def test_S12_an_agenda_word_that_may_not_leave_the_house_is_caught(word: str) -> None:
    with pytest.raises(words.Unspeakable):
        words.text(facts(Kind.REMINDER, word=word))


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind not in TO_PEOPLE])
def test_S11_people_are_told_of_nothing_else(kind: Kind) -> None:
    with pytest.raises(words.Unspeakable):
        words.text(facts(kind, works_here=False))


def test_the_first_of_a_month_is_said_as_people_say_it() -> None:
    first = datetime(2026, 11, 1, 17, tzinfo=UTC)

    assert "dimanche 1er novembre, 18h00" in words.text(facts(Kind.REMINDER, at=first))
    assert "Sunday 1 November, 18:00" in words.text(facts(Kind.REMINDER, "en", at=first))


@pytest.mark.parametrize("language", [*words.LOCALES, "ar"])
def test_the_subject_is_neutral(language: str) -> None:
    assert words.subject(language) == "Agenda"


def test_a_language_without_a_catalogue_is_answered_in_french() -> None:
    assert words.text(facts(Kind.REMINDER, "ar")) == words.text(facts(Kind.REMINDER, "fr"))


def test_the_page_that_people_review_shows_every_sentence_as_it_is() -> None:
    assert words_page.PAGE.read_text(encoding="utf-8") == words_page.page(), "python -m tests.notices.words_page"
