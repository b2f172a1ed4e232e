"""What text a person may type, the form it is looked up by, how it enters a table, and the words that never leave."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from unicodedata import category, normalize

MOST_MARKS = 4
LONG_WORD = 7
FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r")

_JOINERS = "\u200c\u200d"
_JOINER_RUN = re.compile(f"[{_JOINERS}]+")
# Fillers, soft hyphen, marks of direction, zero-width characters and variation selectors: nobody sees them.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2060-\u2065\u206a-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000e0100-\U000e01ef]"
)
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_CONTROL_BUT_TAB_AND_LINE_END = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_PLANE_ENDS = "".join(chr(plane | end) for plane in range(0, 0x110000, 0x10000) for end in (0xFFFE, 0xFFFF))
# Surrogates, private use, noncharacters, and the plane of tags.
_NO_CHARACTER = re.compile(
    f"[\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef\U000e0000-\U000e0fff\U000f0000-\U0010ffff{_PLANE_ENDS}]"
)
_LINE_END = re.compile("\r\n?|[\u2028\u2029]")
_SPACES = re.compile(r"[^\S\n]+")
_SPACED_LINE_END = re.compile(r" ?\n ?")
_SPELT_OUT = re.compile(r"\b(\w) (?=\w\b)")


class BadText(ValueError):
    """Text that is refused; `code` is "control", "bidi", "noncharacter" or "marks"."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def clean(text: str, *, multiline: bool = False) -> str:
    """Return text as it is kept: NFC, without outer and double spaces, without characters that nobody sees (S43).

    Each kind of space becomes a plain one; of line ends only "\\n" stays, and only with `multiline`. A joiner (U+200C,
    U+200D) stays where Arabic or Indic letters need it, between two of them. Cleaning twice changes nothing more.
    Raises BadText: "control" (also a line end or tab in a single line), "bidi" (embeddings, overrides, isolates),
    "noncharacter" (also tags, surrogates, private use), "marks" (more than 4 on one base, counted in NFD).
    """
    text = _INVISIBLE.sub("", _LINE_END.sub("\n", text))
    _refuse_characters(text, multiline=multiline)
    # NFC comes after the removals: what stood apart may compose now.
    text = normalize("NFC", _JOINER_RUN.sub(_keep_joiner, text))
    _refuse_marks(text)
    return _SPACED_LINE_END.sub("\n", _SPACES.sub(" ", text)).strip()


def look_up_form(text: str) -> str:
    """Return the form of a single line whose digest is looked up: cleaned, without joiners, casefolded, NFC.

    Raises BadText as `clean` does. Unicode §3.13 (D145) asks for NFD before folding.
    """
    folded = normalize("NFD", _JOINER_RUN.sub("", clean(text))).casefold()
    return normalize("NFC", folded)


def as_cell(text: str) -> str:
    """Return text as it enters a cell of a CSV: what a spreadsheet would read as a formula gets an apostrophe (S44)."""
    return f"'{text}" if text.startswith(FORMULA_BEGINS) else text


def forbidden_word(text: str, language: str) -> str | None:
    """Return the first word of a language's deny-list (S12) found in a text, as the list spells it, or None.

    Case, accents, spaces and punctuation do not count. A word of 7 letters or more is found anywhere, a shorter
    one only as a whole word (single letters in a row, "V.I.H.", count as one).
    Raises ValueError for a language without a list.
    """
    words = _words(text)
    squeezed, whole = "".join(words), set(words)
    for squeezed_word, word in _deny_list(language):
        if squeezed_word in (squeezed if len(squeezed_word) >= LONG_WORD else whole):
            return word
    return None


def _refuse_characters(text: str, *, multiline: bool) -> None:
    control = _CONTROL_BUT_TAB_AND_LINE_END if multiline else _CONTROL
    for code, refused in (("bidi", _BIDI), ("control", control), ("noncharacter", _NO_CHARACTER)):
        if refused.search(text):
            raise BadText(code)


def _keep_joiner(run: re.Match[str]) -> str:
    before, after = run.string[: run.start()][-1:], run.string[run.end() :][:1]
    return run[0][0] if _joins(before) and _joins(after) else ""


def _joins(character: str) -> bool:
    """Say whether this is a letter or mark of the blocks from Arabic to Sinhala, where joiners change the word."""
    return "\u0600" <= character <= "\u0dff" and category(character)[0] in "LM"


def _refuse_marks(text: str) -> None:
    marks = 0
    for character in normalize("NFD", text):
        if category(character)[0] == "M":
            marks += 1
        elif character not in _JOINERS:
            marks = 0
        if marks > MOST_MARKS:
            raise BadText("marks")


def _words(text: str) -> list[str]:
    """Return the words of a text, bare letters and digits only, single letters in a row joined to one word."""
    folded = normalize("NFKD", text).casefold()
    bare = "".join(character for character in folded if category(character) not in {"Mn", "Mc", "Me", "Cf"})
    spaced = "".join(character if character.isalnum() else " " for character in bare)
    return _SPELT_OUT.sub(r"\1", " ".join(spaced.split())).split()


@cache
def _deny_list(language: str) -> tuple[tuple[str, str], ...]:
    source = files("clinic.domain").joinpath("words", f"{language}.txt")
    if not (language.isalpha() and source.is_file()):
        raise ValueError("language_without_deny_list")
    lines = (line.strip() for line in source.read_text(encoding="utf-8").splitlines())
    return tuple(("".join(_words(line)), line) for line in lines if line and not line.startswith("#"))
