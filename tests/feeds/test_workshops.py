"""What the public feed of workshops says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from clinic.domain.sessions import Kind
from clinic.feeds import ics, workshops
from clinic.queries.public import PublicSession, WorkshopView
from tests.feeds.entries import unfolded

SELMA = WorkshopView(
    film="Selma",
    speaker=None,
    affiliation=None,
    topics={"fr": "Les droits civiques", "en": "The civil rights movement"},
)
SESSION = PublicSession(
    id="5e55104a5e55104a",
    kind=Kind.WORKSHOP,
    names={"fr": "Histoire / Notre histoire", "en": "History/ourStory"},
    starts_at=datetime(2022, 10, 11, 16, 30, tzinfo=UTC),
    ends_at=datetime(2022, 10, 11, 19, tzinfo=UTC),
    is_cancelled=False,
    area="Paris 18e",
    spot=None,
    workshop=SELMA,
    sequence=3,
    changed_at=datetime(2022, 10, 1, tzinfo=UTC),
)


def test_a_guest_without_a_name_is_to_be_confirmed() -> None:
    lines = lines_of(SESSION)

    assert "SUMMARY:Histoire / Notre histoire · Selma" in lines
    assert "DESCRIPTION:à confirmer · Les droits civiques" in lines


def test_a_guest_is_told_with_her_affiliation() -> None:
    guest = replace(SELMA, film="Harriet", speaker="Cynthia Olufade", affiliation="Université d'Alberta")

    lines = lines_of(replace(SESSION, workshop=guest), "en")

    assert "SUMMARY:History/ourStory · Harriet" in lines
    assert "DESCRIPTION:Cynthia Olufade\\, Université d'Alberta · The civil rights movement" in lines


def test_a_place_is_told_only_where_it_is_public() -> None:
    assert not any(line.startswith("LOCATION") or "18e" in line for line in lines_of(SESSION))
    assert "LOCATION:2 rue de Suez" in lines_of(replace(SESSION, spot="2 rue de Suez"))


def test_a_workshop_that_is_not_described_yet_has_its_name() -> None:
    lines = lines_of(replace(SESSION, workshop=None))

    assert "SUMMARY:Histoire / Notre histoire" in lines
    assert not any(line.startswith("DESCRIPTION") for line in lines)


def test_a_cancelled_workshop_says_so_under_the_same_uid() -> None:
    before, after = lines_of(SESSION), lines_of(replace(SESSION, is_cancelled=True, sequence=4))

    assert "STATUS:CANCELLED" in after
    assert [line for line in before if line.startswith("UID:")] == [line for line in after if line.startswith("UID:")]


def lines_of(session: PublicSession, language: str = "fr") -> list[str]:
    entries = workshops.entries([session], language, to_be_confirmed="à confirmer")
    return unfolded(ics.render(entries, name="Ateliers", is_public=True))
