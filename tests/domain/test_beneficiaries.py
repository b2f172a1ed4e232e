"""When a word agreed with somebody looks like her full name."""

# Names from many scripts are what this file is about.
# ruff: noqa: RUF001

from __future__ import annotations

import pytest

from clinic.domain.beneficiaries import looks_like_a_name


@pytest.mark.parametrize("name", [
    "Marie Dupont", "MARIE DUPONT", "Marie D.", "M. Dupont", "MarieDupont", "Rose-Marie", "Anne-Marie d’Été", "O'Brien",
    "Mme Okafor", "mme okafor", "Mrs. Osagie", "miss blessing", "Madame Lune", "Sœur Marie", "Auntie Joy",
    "Ọláolúwa Adébáyọ̀", "Ọmọ́lará Adébáyọ̀", "Chịmamanda Ọkọnkwọ", "Chịọma Ńnamdị", "Osasumwen Ẹghosa", "Ẹ́bùn Ọ̀sá",
    "فاطمة الزهراء", "السيدة فاطمة", "王小明", "王 小明", "欧阳 小明",
    "Мария Иванова", "Цветанка Йорданова", "г-жа иванова",
    "Ștefania Ionescu", "Ștefănița Țurcanu", "doamna ionescu", "Nguyễn Thị Ếch", "José Ñúñez", "N'Diaye Awa",
])  # fmt: skip
def test_a_full_name_of_any_script_is_noticed(name: str) -> None:
    assert looks_like_a_name(name)


@pytest.mark.parametrize("word", [
    "Tilleul", "tilleul", "TILLEUL", "L'Étoile", "l’étoile bleue", "La Rivière", "The River", "petite lune",
    "Étoile du nord",
    "Arc-en-ciel", "Tilleul 2", "Tilleul 2B", "12", "★", "", "Ẹyẹ", "Ọ̀sán", "نهر", "白云", "竹子", "река", "luceafăr",
    "Mme", "m.",
])  # fmt: skip
def test_a_word_agreed_with_her_is_not(word: str) -> None:
    assert not looks_like_a_name(word)
