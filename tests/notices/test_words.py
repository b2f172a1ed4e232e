"""Every text that could leave the house, looked at whole, in both languages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from clinic.domain.notices import Facts, Kind
from clinic.domain.text import forbidden_word
from clinic.domain.times import to_instant
from clinic.notices import words

EVENING = datetime(2026, 3, 12, 17, tzinfo=UTC)  # Thursday, 18:00 in Paris
AT_WORK_ALONE = ("shift_", "offer_", "ask_", "stand_in_", "decision_", "calls_")
TO_MEMBERS = [kind for kind in Kind if not kind.startswith(AT_WORK_ALONE)]
WORDS = {"fr": "Soir", "en": "Evening"}

AT_WORK = {
    ("fr", Kind.REMINDER): "Rappel d’agenda\u00a0: Soir, jeudi 12 mars, 18h00. Détails dans l’application.",
    ("fr", Kind.SHIFT_TAKEN): "Noté dans votre agenda\u00a0: Soir, jeudi 12 mars, 18h00. Détails dans l’application.",
    ("fr", Kind.SHIFT_GIVEN_BACK): "Retiré de votre agenda\u00a0: Soir, jeudi 12 mars, 18h00.",
    ("fr", Kind.OFFER_ASKED): "Proposition d’agenda\u00a0: Soir, jeudi 12 mars, 18h00. Réponse dans l’application.",
    ("fr", Kind.SESSION_CANCELLED): "Changement d’agenda\u00a0: Soir, jeudi 12 mars, 18h00, n’aura pas lieu.",
    ("en", Kind.REMINDER): "Agenda reminder: Evening, Thursday 12 March, 18:00. Details in the application.",
    ("en", Kind.OFFER_ACCEPTED): "Agenda answer: yes for Evening, Thursday 12 March, 18:00.",
    ("en", Kind.SESSION_MOVED): ("Agenda change: Evening, now Thursday 12 March, 18:00. Details in the application."),
}
FOR_MEMBERS = {
    ("fr", Kind.REMINDER): "Rappel\u00a0: rendez-vous jeudi 12 mars à 18h00.",
    ("fr", Kind.REGISTERED): "C’est noté\u00a0: rendez-vous jeudi 12 mars à 18h00.",
    ("fr", Kind.SESSION_MOVED): "Le rendez-vous du lundi 9 mars est déplacé au jeudi 12 mars à 18h00.",
    ("fr", Kind.SESSION_CANCELLED): "Le rendez-vous du jeudi 12 mars à 18h00 n’aura pas lieu.",
    ("en", Kind.REMINDER): "Reminder: appointment Thursday 12 March at 18:00.",
    ("en", Kind.SESSION_MOVED): "The appointment of Monday 9 March is moved to Thursday 12 March at 18:00.",
}


def facts(
    kind: Kind,
    language: str = "fr",
    *,
    works_here: bool = True,
    at: datetime = EVENING,
    was_at: datetime | None = EVENING - timedelta(days=3),
    word: str | None = None,
) -> Facts:
    """What a text is made of."""
    agenda_words = {"fr": word, "en": word} if word else WORDS
    return Facts(kind, language, works_here, agenda_words, at, was_at)


@pytest.mark.parametrize(("language", "kind"), AT_WORK)
def test_S16_the_words_for_those_who_work_here(language: str, kind: Kind) -> None:
    assert words.text(facts(kind, language)) == AT_WORK[language, kind]


@pytest.mark.parametrize(("language", "kind"), FOR_MEMBERS)
def test_S11_the_words_for_members(language: str, kind: Kind) -> None:
    assert words.text(facts(kind, language, works_here=False)) == FOR_MEMBERS[language, kind]


def test_a_change_of_place_alone_names_no_other_day() -> None:
    said = words.text(facts(Kind.SESSION_MOVED, works_here=False, was_at=EVENING))

    assert said == "Un changement pour le rendez-vous du jeudi 12 mars à 18h00."


@pytest.mark.parametrize("language", words.LOCALES)
def test_S12_no_text_holds_a_forbidden_word_whatever_the_day_and_hour(language: str) -> None:
    first = datetime(2026, 1, 1).date()  # noqa: DTZ001
    moments = [
        to_instant(first + timedelta(days=number * 3), datetime.min.time().replace(hour=number % 24, minute=30), fold=0)
        for number in range(244)
        if number % 24 != 2
    ]
    for at, kind in product(moments, Kind):
        for works_here in (True, False):
            if works_here or kind in TO_MEMBERS:
                said = words.text(facts(kind, language, works_here=works_here, at=at))

                assert forbidden_word(said, language) is None
                assert forbidden_word(said[:40], language) is None
                assert len(said) <= words.LONGEST
                assert "%" not in said
                assert "\n" not in said
                assert "http" not in said


@pytest.mark.parametrize("language", words.LOCALES)
@pytest.mark.parametrize("kind", TO_MEMBERS)
def test_S11_a_members_text_holds_no_agenda_word(language: str, kind: Kind) -> None:
    said = words.text(facts(kind, language, works_here=False, word="Zinzolin"))

    assert "Zinzolin" not in said


def test_S12_an_agenda_word_that_may_not_leave_the_house_is_caught() -> None:
    with pytest.raises(words.Unspeakable):
        words.text(facts(Kind.REMINDER, word="Avocat"))


def test_a_member_is_told_of_no_shift() -> None:
    with pytest.raises(words.Unspeakable):
        words.text(facts(Kind.SHIFT_TAKEN, works_here=False))


def test_the_first_of_a_month_is_said_as_people_say_it() -> None:
    first = datetime(2026, 11, 1, 17, tzinfo=UTC)

    assert "dimanche 1er novembre, 18h00" in words.text(facts(Kind.REMINDER, at=first))
    assert "Sunday 1 November, 18:00" in words.text(facts(Kind.REMINDER, "en", at=first))


@pytest.mark.parametrize("language", [*words.LOCALES, "ar"])
def test_the_subject_is_neutral(language: str) -> None:
    assert words.subject(language) == "Agenda"


def test_a_language_without_a_catalogue_is_answered_in_french() -> None:
    assert words.text(facts(Kind.REMINDER, "ar")) == words.text(facts(Kind.REMINDER, "fr"))
