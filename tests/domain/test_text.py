"""Names from everywhere pass, tricks with characters do not, and telling words are found however they are spelt."""

# Names and tricks from many scripts are what this file is about.
# ruff: noqa: RUF001

from __future__ import annotations

from importlib.resources import files
from unicodedata import is_normalized, normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.domain.text import FORMULA_BEGINS, BadText, as_cell, clean, forbidden_word, look_up_form

# Drawn often: what composes, joins, disappears or is refused.
TRICKY = st.sampled_from(
    "eẹ\u0301\u0323\u0345İßΣς क्\u0628\u0647\u09df\u1100\u1161\u200b\u200c\u200d\ufeff\u00a0\u3000\u2028\n\r\t-"
)
TEXTS = st.text(TRICKY | st.characters(), max_size=12)


@pytest.mark.parametrize(
    "name",
    [
        "Ọmọ́lará Adébáyọ̀",
        "Ẹ́bùn",
        "Chịọma Ńnamdị",
        "Ọ̀mwẹ̀nkẹ̀",
        "مُحَمَّد",
        "فاطمة الزهراء",
        "王小明",
        "Цветанка Йорданова",
        "Ștefănița Țurcanu",
        "Nguyễn Thị Ếch",
        "N'Diaye",
        "Anne-Marie d’Été",
        "José Ñúñez",
        "র\u200d্যাব",
        "می\u200cخواهم",
        "श्री",
        "Shpëtim Çela",
        "João 🎉",
    ],
)
def test_S43_names_pass_as_they_are(name: str) -> None:
    assert clean(name) == normalize("NFC", name)


def test_S43_text_is_composed_and_its_spaces_are_plain_and_single() -> None:
    assert clean("  e\u0323\u0301bi\u00a0\u202f  x\u3000y ") == "ẹ́bi x y"
    assert clean(" \u00a0 ") == ""


@pytest.mark.parametrize(
    "hidden", ["\u200b", "\u2060", "\ufeff", "\u200e", "\u200f", "\u061c", "\u00ad", "\u200d", "\ufe0f"]
)
def test_S43_characters_nobody_sees_are_removed(hidden: str) -> None:
    assert clean(f"{hidden}Ad{hidden}a{hidden}") == "Ada"


def test_a_removed_character_lets_its_neighbours_compose() -> None:
    assert clean("e\u200b\u0301") == "é"


def test_a_joiner_stays_only_where_letters_need_it() -> None:
    assert clean("می\u200c\u200dخواهم") == "می\u200cخواهم"
    assert clean("\u200cمی \u200cab") == "می ab"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a\x00b", "control"),
        ("a\x1bb", "control"),
        ("a\x85b", "control"),
        ("a\nb", "control"),
        ("a\tb", "control"),
        ("a\u2028b", "control"),
        ("\u202eabc", "bidi"),
        ("a\u202ab", "bidi"),
        ("a\u2066b\u2069", "bidi"),
        ("a\U000e0041", "noncharacter"),
        ("a\U000e007f", "noncharacter"),
        ("a\ufdd0", "noncharacter"),
        ("a\uffff", "noncharacter"),
        ("a\U0010fffe", "noncharacter"),
        ("a\ud800", "noncharacter"),
        ("a\ue000", "noncharacter"),
        ("a\U00100000", "noncharacter"),
        ("e" + "\u0301" * 5, "marks"),
        ("é" + "\u0301" * 4, "marks"),
        ("ب" + "\u064e\u200c\u064f" * 3, "marks"),
    ],
)
def test_S43_tricks_are_refused_by_name(text: str, code: str) -> None:
    with pytest.raises(BadText) as refused:
        clean(text)

    assert refused.value.code == code


def test_four_marks_on_one_base_pass() -> None:
    assert clean("ẹ́\u0304\u0308") == normalize("NFC", "e\u0323\u0301\u0304\u0308")


def test_several_lines_keep_their_line_ends_alone() -> None:
    text = clean(" one \r\n\ttwo\t\tthree\rfour \n\n five\u2028six\n", multiline=True)

    assert text == "one\ntwo three\nfour\n\nfive\nsix"
    with pytest.raises(BadText):
        clean("a\x0bb", multiline=True)


@given(text=TEXTS, multiline=st.booleans())
def test_S43_cleaning_twice_is_cleaning_once(text: str, *, multiline: bool) -> None:
    try:
        cleaned = clean(text, multiline=multiline)
    except BadText:
        return

    assert clean(cleaned, multiline=multiline) == cleaned
    assert is_normalized("NFC", cleaned)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("  ADA  Obi ", "ada obi"),
        ("STRASSE", "straße"),
        ("É", "e\u0301"),
        ("Σοφός", "ΣΟΦΌΣ"),
        ("می\u200cخواهم", "میخواهم"),
    ],
)
def test_a_name_is_found_however_it_is_typed(one: str, other: str) -> None:
    assert look_up_form(one) == look_up_form(other)


def test_names_that_differ_by_an_accent_stay_apart() -> None:
    assert look_up_form("Ọmọ") != look_up_form("Omo")


@given(TEXTS)
def test_the_look_up_form_is_its_own_look_up_form(text: str) -> None:
    try:
        form = look_up_form(text)
    except BadText:
        return

    assert look_up_form(form) == form
    assert is_normalized("NFC", form)


@pytest.mark.parametrize(
    ("text", "language", "word"),
    [
        ("Victimes", "fr", "victime"),
        ("v i c t i m e", "fr", "victime"),
        ("Rappel : P.R.É.F.E.C.T.U.R.E", "fr", "préfecture"),
        ("titre  de sejour", "fr", "titre de séjour"),
        ("MÉDICO LÉGAL", "fr", "médico-légal"),
        ("l’Avocate", "fr", "avocate"),
        ("accès au droit", "fr", "accès au droit"),
        ("vos droits", "fr", "droits"),
        ("V.I.H.", "fr", "VIH"),
        ("The Mist", "fr", "Mist"),
        ("pol\u00adice", "fr", "police"),
        ("ｐｏｌｉｃｅ", "en", "police"),
        ("Your LAWYER", "en", "lawyer"),
        ("anti-trafficking", "en", "trafficking"),
        ("URGENT!", "en", "urgent"),
        ("H I V", "en", "HIV"),
    ],
)
def test_S12_a_telling_word_is_found_however_it_is_spelt(text: str, language: str, word: str) -> None:
    assert forbidden_word(text, language) == word


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("text", ["", "Matin", "Soir", "Atelier", "Morning", "Evening", "Workshop", "Café"])
def test_S12_agenda_words_pass_in_both_languages(text: str, language: str) -> None:
    assert forbidden_word(text, language) is None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Bonjour, petit rappel : on se voit jeudi 12 mars à 18h00, au lieu habituel.", "fr"),
        ("Le rendez-vous du jeudi 12 mars est déplacé au mardi 17 mars à 10h30.", "fr"),
        ("Rappel d'agenda : Soir, jeudi 12 mars, 18h00. Détails dans l'application.", "fr"),
        ("Au même endroit, avec Vasile ; violon et traitement de texte, tout optimiste.", "fr"),
        ("Reminder: appointment Thursday 12 March at 18:00.", "en"),
        ("A helpful chemist in a lawn chair during spring, Essex.", "en"),
    ],
)
def test_S12_everyday_sentences_pass(text: str, language: str) -> None:
    assert forbidden_word(text, language) is None


def test_S12_a_language_without_its_list_is_an_error() -> None:
    for language in ("ro", "", "../fr"):
        with pytest.raises(ValueError, match="language_without_deny_list"):
            forbidden_word("Matin", language)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_S12_each_word_of_a_list_is_needed_and_in_its_order(language: str) -> None:
    written = files("clinic.domain").joinpath("words", f"{language}.txt").read_text(encoding="utf-8")

    groups = [block.splitlines()[1:] for block in written.split("\n\n")[1:]]

    assert all(forbidden_word(word, language) == word for group in groups for word in group)
    assert all(group == sorted(group, key=look_up_order) for group in groups)


@pytest.mark.parametrize("begin", FORMULA_BEGINS)
def test_S44_a_cell_that_would_be_a_formula_becomes_plain_text(begin: str) -> None:
    assert as_cell(f"{begin}1+1") == f"'{begin}1+1"


@given(TEXTS | st.builds("{}{}".format, st.sampled_from(FORMULA_BEGINS), TEXTS))
def test_S44_no_cell_begins_a_formula_and_nothing_is_lost(text: str) -> None:
    cell = as_cell(text)

    assert not cell.startswith(FORMULA_BEGINS)
    assert cell in {text, f"'{text}"}
    assert (cell == text) is not text.startswith(FORMULA_BEGINS)


def look_up_order(word: str) -> str:
    return "".join(character for character in normalize("NFD", word).casefold() if character.isalpha())
