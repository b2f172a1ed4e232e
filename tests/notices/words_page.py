"""Writes docs/words.md, every sentence as its reader sees it: `python -m tests.notices.words_page`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from clinic.domain import segments
from clinic.domain.contacts import Channel, Wording
from clinic.domain.notices import FOR_HELPED, FOR_MEMBERS, Kind, Voice
from clinic.notices import words
from clinic.notices.variants import Move
from tests.notices.lines import LANGUAGES, Case

PAGE = Path(__file__).parents[2] / "docs" / "words.md"
AT = datetime(2026, 3, 12, 17, tzinfo=UTC)
LONGEST_DAY = datetime(2026, 9, 30, 16, tzinfo=UTC)
WHEN = {
    Kind.BOOKED: "booked",
    Kind.REMINDER: "reminder",
    Kind.SESSION_MOVED: "moved",
    Kind.SESSION_CANCELLED: "cancelled",
    Kind.SESSION_RESTORED: "takes place after all",
    Kind.REGISTERED: "registered for a workshop",
    Kind.PLACE_FALLEN_FREE: "a place fell free",
    Kind.SPOT_CHANGED: "another spot",
    Kind.SHIFT_TAKEN: "a shift taken",
    Kind.SHIFT_GIVEN_BACK: "a shift given back",
    Kind.OFFER_ASKED: "an interpreter is asked",
    Kind.OFFER_ACCEPTED: "she said yes",
    Kind.OFFER_DECLINED: "she said no",
    Kind.OFFER_FILLED: "another interpreter said yes",
    Kind.OFFER_WITHDRAWN: "not asked any more",
    Kind.ASK_MADE: "somebody is asked to come",
    Kind.ASK_FILLED: "somebody else comes",
    Kind.ASK_WITHDRAWN: "not looked for any more",
    Kind.STAND_IN_FOUND: "a stand-in was found",
    Kind.DECISION_DUE: "may it run?",
    Kind.CALLS_WAITING: "calls to make",
    Kind.DIGEST: "Friday, on Thursday",
    Kind.ATTENTION: "something to see to",
}
_MOVES = {Move.DAY: "to another day", Move.HOUR: "within the day", Move.NEITHER: "to another place"}
_WORDINGS = {Wording.PLAIN: "bare", Wording.WARM: "with a greeting"}

_TEXT = """\
# The words that leave the house

Every sentence there is, made from the code by `python -m tests.notices.words_page`; a test fails when this page says
something else than the code. What stands in [brackets] was agreed with the reader or is left out; nothing else varies
but day, hour and agenda word, here *Thursday 12 March, 18:00, Evening*. By SMS the marks that its alphabet lacks are
left out (`À bientôt` → `A bientot`). The last column counts the longest of both languages, of the 160 characters of
one SMS.

**To change a text**: change it in `clinic/notices/variants.py`, run `make messages`, write its French in
`translations/fr/LC_MESSAGES/messages.po`, make this page anew. Two people read the change before it is merged: one
whose language it is, and one of the association who has been on the other side of such messages. They ask of each
line: what does he understand who reads it over her shoulder? Is it true? Does its beginning alone, cut off after 40
characters, say the same? Can she read it on a bad day?

**Read so far** by those who wrote the code alone. Before a first message goes out, somebody of the association reads
this whole page.

## To people who are helped, and to members

Nothing here says who writes, why, where or with whom. What happened stands first: whoever reads only the beginning of
a cancelled appointment does not take it for a reminder. What is cancelled is not signed off; the usual place is named
only where there is one to come to.

{people}

## To those who work here

The day, the hour and the agenda word of the service, or its name for one who chose to read it; never a person, a
place, a language, a topic or a count. A day that does not fit into one message is cut after a whole part of it, with
…

{work}

The subject of each mail is *Agenda* in both languages.
"""


def page() -> str:
    """The page as the code has it."""
    return _TEXT.format(people=_table("| when | words ", _people()), work=_table("| when ", _work()))


def _table(first: str, rows: Iterator[str]) -> str:
    columns = first.count("|") + 3
    return "\n".join([f"{first}| français | English | longest |", "| " + " | ".join(["---"] * columns) + " |", *rows])


def _people() -> Iterator[str]:
    for kind, happened in WHEN.items():
        if kind in FOR_HELPED | FOR_MEMBERS:
            for move in Move if kind is Kind.SESSION_MOVED else (Move.NEITHER,):
                when = f"{happened} {_MOVES[move]}" if kind is Kind.SESSION_MOVED else happened
                for wording in Wording:
                    yield f"| {when} | {_WORDINGS[wording]} {_row(kind, move, wording, works_here=False)}"


def _work() -> Iterator[str]:
    for kind, happened in WHEN.items():
        yield f"| {happened} {_row(kind, Move.NEITHER, Wording.PLAIN, works_here=True)}"


def _row(kind: Kind, move: Move, wording: Wording, *, works_here: bool) -> str:
    voice = Voice(Channel.SMS, wording, names_place=True, signs_off=True)
    cases = {language: Case(kind, language, move, voice, works_here=works_here) for language in LANGUAGES}
    longest = max(len(segments.as_sms(words.text(each.facts(LONGEST_DAY)))) for each in cases.values())
    return f"| {_shown(cases['fr'])} | {_shown(cases['en'])} | {longest} |"


def _shown(case: Case) -> str:
    """The sentence with its slots filled, what is optional in brackets."""
    slots = case.slots(AT + (timedelta(days=5) if case.move is Move.DAY else timedelta()))
    slots["word"] = {"fr": "Soir", "en": "Evening"}[case.language]
    slots["items"] = {"fr": "Matin 09h30, Soir 18h00", "en": "Morning 09:30, Evening 18:00"}[case.language]
    for name in ("place", "farewell"):
        slots[name] = f"[{slots[name]}]"
    return case.sentence % slots


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
