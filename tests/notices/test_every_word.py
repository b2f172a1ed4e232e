"""Every text that could leave the house, at every date and hour: one segment, clean, safe at a glance, five slots."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from time import monotonic

import pytest

from clinic.domain import notices
from clinic.domain.contacts import WRITTEN, Channel, Wording
from clinic.domain.notices import Kind, Voice
from clinic.domain.text import forbidden_word
from clinic.notices import words
from clinic.notices.variants import Move
from tests.notices import lines
from tests.notices.lines import LANGUAGES, NEW_YEAR, Case, Seen
from tests.races.evidence import commit

PAGE = Path(__file__).parents[2] / "docs" / "evidence" / "words.md"
YEAR, DAY = range(366), range(24)
OF_EACH_MONTH = range(4, 366, 31)
_TEXT = """\
# Every word that could be sent

Each sentence for each reader, in French and in English, with and without the greeting, the usual place and the
sign-off, at each hour of each of the 366 dates of 2028, both changes of the clocks included, as it goes by SMS; by
mail the words are the same. `tests/notices/test_every_word.py` makes the text by `words.text`, which asks the
deny-list of the whole and of its first 40 characters, counts its septets as `segments.as_sms` sends it, and reads it
back: nothing but day, hour, agenda word, usual place and sign-off varies, and each is right. Each word is looked at
cut off at each letter.

| sentences with their options | texts | caught | more than one segment | longest | words cut off | seconds |
| --- | --- | --- | --- | --- | --- | --- |
| {cases:,} | {texts:,} | 0 | 0 | {longest} of 160 septets | {cuts:,} | {seconds:.0f} |

Run by `make soak` at commit {commit} on {on}, {cores} cores.
"""


@pytest.fixture(scope="module")
def sample() -> Seen:
    """Each sentence at its longest at 18:00 or 19:00 on each date, and at each hour of twelve dates."""
    seen = Seen()
    for case in lines.cases([Channel.SMS]):
        is_longest = case.voice.names_place and case.voice.signs_off
        dates = lines.moments(YEAR, range(17, 18)) + lines.moments(OF_EACH_MONTH, DAY)
        everything = case.works_here or is_longest
        seen.add(lines.look(case, dates if everything else lines.moments(OF_EACH_MONTH, range(17, 18))))
    return seen


def test_S11_S12_S13_each_sentence_is_one_clean_segment_with_five_slots(sample: Seen) -> None:
    assert sample.texts > 50_000
    assert sample.longest <= 160


@pytest.mark.parametrize("language", LANGUAGES)
def test_S12_a_text_cut_off_inside_a_word_reads_as_nothing_else(sample: Seen, language: str) -> None:
    assert not {cut for cut in cuts(sample) if forbidden_word(cut, language)}


@pytest.mark.parametrize("channel", WRITTEN)
def test_S12_whole_and_at_a_glance_each_text_is_clean(channel: Channel) -> None:
    for case in lines.cases([channel]):
        for at in lines.moments(OF_EACH_MONTH, range(17, 18)):
            said = words.text(case.facts(at))

            assert forbidden_word(said, case.language) is None
            assert forbidden_word(said[:40], case.language) is None
            assert words.text(case.facts(at)) == said


def test_the_words_are_the_same_by_mail_and_by_sms() -> None:
    for by_sms, by_mail in zip(lines.cases([Channel.SMS]), lines.cases([Channel.MAIL]), strict=True):
        for at in lines.moments(OF_EACH_MONTH, range(17, 18)):
            assert words.text(by_sms.facts(at)) == words.text(by_mail.facts(at))


def test_S13_even_the_longest_weekday_fits_whatever_the_year() -> None:
    for language in LANGUAGES:
        days = [NEW_YEAR + timedelta(days=number, hours=12) for number in range(28 * 366)]
        longest = sorted(days, key=lambda each: len(lines.said_day(each, language)))[-14:]
        for case in lines.cases([Channel.SMS]):
            if case.language == language:
                lines.look(case, longest)


@pytest.mark.parametrize("language", LANGUAGES)
def test_S11_at_a_glance_what_is_off_does_not_read_as_a_reminder(language: str) -> None:
    at = datetime(2026, 9, 30, 16, tzinfo=UTC)
    off = {"fr": ("Annulé", "pas de rendez-vous"), "en": ("Cancelled", "no appointment")}[language]
    moved = {"fr": "hangement", "en": "hange"}[language]
    for wording in Wording:
        voice = Voice(Channel.SMS, wording, names_place=True, signs_off=True)
        cancelled = words.text(Case(Kind.SESSION_CANCELLED, language, Move.NEITHER, voice).facts(at))

        assert any(each in cancelled[:40] for each in off)
        assert "bientôt" not in cancelled
        assert "soon" not in cancelled
        assert not {"habituel", "usual"} & set(cancelled.replace(".", " ").split())
        for move in Move:
            assert moved in words.text(Case(Kind.SESSION_MOVED, language, move, voice).facts(at))[:40]


def test_every_kind_has_its_words_for_each_who_may_be_told() -> None:
    at_work = {case.kind for case in lines.cases([Channel.SMS]) if case.works_here}
    to_people = {case.kind for case in lines.cases([Channel.SMS]) if not case.works_here}

    assert to_people == notices.FOR_HELPED | notices.FOR_MEMBERS
    assert at_work == set(Kind)


@pytest.mark.soak
def test_S11_S12_S13_every_sentence_at_every_hour_of_every_date() -> None:
    began, seen, everything = monotonic(), Seen(), lines.cases([Channel.SMS])
    year = lines.moments(YEAR, DAY)

    with ProcessPoolExecutor(mp_context=get_context("spawn")) as others:
        for each in others.map(lines.look, everything, [year] * len(everything)):
            seen.add(each)

    assert seen.texts == len(everything) * 366 * 24
    assert not [cut for cut in cuts(seen) for language in LANGUAGES if forbidden_word(cut, language)]
    PAGE.write_text(
        _TEXT.format(
            cases=len(everything),
            texts=seen.texts,
            longest=seen.longest,
            cuts=len(cuts(seen)),
            seconds=monotonic() - began,
            commit=commit(),
            on=datetime.now(UTC).date(),
            cores=os.cpu_count(),
        ),
        encoding="utf-8",
    )


def cuts(seen: Seen) -> set[str]:
    """Each beginning of each word."""
    return {word[:end] for word in seen.vocabulary for end in range(1, len(word) + 1)}
