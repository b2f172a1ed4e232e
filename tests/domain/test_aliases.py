"""The words that are proposed: enough of them, telling nothing, nobody's name, drawn without looking at anybody."""

# Draws that can be repeated are what is wanted here.
# ruff: noqa: S311

from __future__ import annotations

from importlib.resources import files
from random import Random

import pytest

from clinic.domain.aliases import SUGGESTED, is_proposed, suggestions, words
from clinic.domain.beneficiaries import looks_like_a_name
from clinic.domain.contacts import MESSAGE_LANGUAGES
from clinic.domain.text import clean, forbidden_word, look_up_form

LEAST, LONGEST = 150, 16
# Words of nature, of colours and of hope that people are called in the countries that those who come are from.
_GIVEN_NAMES = """
    Rose Iris Jasmine Jasmin Ruby Rubis Grace Joy Precious Blessing Faith Hope Hélène Amber Ambre Jade Olive
    Olivia Perle Pearl Violet Violette Marguerite Daisy Lily Lilas Hazel Heather Fern Ivy Ginger Sage Rosemary
    Basil Willow Aspen Ash Juniper Clover Poppy Laurel Laurier Laurence Hyacinth Jacinthe Narcisse Capucine
    Hortense Églantine Garance Anémone Dahlia Camélia Camelia Clémentine Prune Cerise Cherry Angélique Mélisse
    Melissa Olivier Savannah Autumn April Avril June Summer Aurore Dawn Alizée Luna Stella Estelle Céleste Soleil
    Sky Skye Crystal Cristal Opal Opale Emerald Gemma Agate Agathe Béryl Beryl Coral Coralie Sapphire Saphir
    Jasper Mica Robin Wren Jay Raven Phoebe Martin Colombe Paloma Dove Merle Lark Ava Jordan Jourdain Lena Don
    Sava Shannon Clyde Trent Lin Ming Mei Xue Bo Nour Noor Amal Malak Reem Yasmine Warda Zahra Shahd Flora Crina
    Brândușa Viorica Zorica Zora Vesna Elena Iva Kalina Roza Ada Ife Osas Ebun Eden Saffron Chance Mercy Patience
    Peace Love Favour Gift Queen Princess Beauty Sunday Monday Friday Marvellous Treasure
"""


@pytest.mark.parametrize("language", MESSAGE_LANGUAGES)
def test_there_are_enough_words_and_no_two_are_looked_up_alike(language: str) -> None:
    found = words(language)

    assert len(found) >= LEAST
    assert len({look_up_form(word) for word in found}) == len(found)
    assert all(clean(word) == word and len(word) <= LONGEST for word in found)


@pytest.mark.parametrize("language", MESSAGE_LANGUAGES)
def test_S12_no_word_stands_on_a_deny_list_or_looks_like_a_name(language: str) -> None:
    lists = [each.name.removesuffix(".txt") for each in files("clinic.domain").joinpath("words").iterdir()]

    telling = [word for word in words(language) if any(forbidden_word(word, each) for each in lists)]

    assert set(lists) >= set(MESSAGE_LANGUAGES)
    assert not telling
    assert not [word for word in words(language) if looks_like_a_name(word)]


@pytest.mark.parametrize("language", MESSAGE_LANGUAGES)
def test_no_word_is_a_given_name(language: str) -> None:
    names = {look_up_form(name) for name in _GIVEN_NAMES.split()}

    assert not [word for word in words(language) if look_up_form(word) in names]


def test_a_language_without_a_list_gets_the_french_one() -> None:
    assert words("ar") == words("fr")


def test_six_words_are_drawn_in_alphabetical_order_none_of_them_taken() -> None:
    taken = {word.casefold() for word in words("en")[:-10]}

    drawn = suggestions(words("en"), taken, str.casefold, Random(7))

    assert len(drawn) == SUGGESTED
    assert drawn == sorted(drawn)
    assert set(drawn) <= set(words("en")[-10:])


def test_whoever_used_almost_all_gets_what_is_left_and_then_none() -> None:
    all_but_two = {word.casefold() for word in words("fr")[2:]}

    assert set(suggestions(words("fr"), all_but_two, str.casefold, Random(1))) == set(words("fr")[:2])
    assert suggestions(words("fr"), {word.casefold() for word in words("fr")}, str.casefold, Random(1)) == []


def test_another_draw_gives_others_and_every_word_has_its_turn() -> None:
    draws = [suggestions(words("fr"), (), str, Random(seed)) for seed in range(600)]

    assert draws[0] != draws[1]
    assert {word for drawn in draws for word in drawn} == set(words("fr"))


def test_only_words_of_the_lists_count_as_proposed() -> None:
    assert is_proposed(words("fr")[0])
    assert is_proposed(words("en")[-1])
    assert not is_proposed("Blessing")
