"""The people helped: who follows each of them, who said "never with", and when a word looks like a name."""

# Titles and surnames of many scripts are what this file is about.
# ruff: noqa: RUF001

from __future__ import annotations

import re
from enum import StrEnum
from unicodedata import category, normalize

LANGUAGES_AT_MOST = 6
UNDETERMINED = "und"  # ISO 639-3: a language that is not known, or not known any more

_NAME_PARTS = 2
_ELISION = re.compile(r"\b[ld]['’]", re.IGNORECASE)
_CAMEL = re.compile(r"(?<=[^\W\d_])(?=[A-Z][a-z])")
_BETWEEN = re.compile(r"[^\w]+|_")
_ARTICLES = frozenset({"le", "la", "les", "du", "des", "de", "un", "une", "the", "a", "an", "of"})
_TITLES = """
    m mr mrs ms miss mme mmes mlle madame mademoiselle monsieur maître me dr docteur doctor prof chief sir lady madam
    sister brother sœur frère maman mama papa mum tante tantie auntie aunt uncle tonton alhaja alhaji pastor pasteur
    г-жа г-н госпожа госпожица господин dna doamna domnul domnișoara السيدة السيد الآنسة 女士 小姐 先生
"""
# What most people in China are called, without the surnames that are also a word of nature or a colour.
_CHINESE_SURNAMES = frozenset(
    "王李张張刘劉陈陳杨楊赵趙吴吳周徐孙孫朱胡郭何罗羅郑鄭谢謝韩韓唐冯馮董萧蕭曹袁邓鄧许許沈曾彭吕呂苏蘇卢盧蒋蔣蔡贾賈魏薛阎潘杜戴"
)
_CHINESE_NAME = re.compile("[\u4e00-\u9fff]{2,4}")


class Side(StrEnum):
    """Who said that two people shall not meet: she who is helped, or the one who works here. No reason is kept."""

    HERS = "hers"
    THEIRS = "theirs"


class Handed(StrEnum):
    """Who handed somebody over: her mediator, perhaps to the stand-in, or somebody who goes on following her."""

    BY_MEDIATOR = "by_mediator"
    TO_STAND_IN = "by_mediator_to_stand_in"
    BY_OTHERS = "by_others"


def looks_like_a_name(alias: str) -> bool:
    """Whether a word agreed with somebody looks like her full name.

    So do two parts that begin as names do, one of them perhaps an initial; a title with something after it; in Chinese
    a common surname and one to three signs more. Scripts without capital letters are judged by the number of parts.
    """
    bare = _bare(alias)
    if _begins_with_title(bare):
        return True
    words = _BETWEEN.split(_CAMEL.sub(" ", _ELISION.sub("", bare)))
    parts = [word for word in words if word.isalpha() and word.casefold() not in _ARTICLES]
    begun = [part for part in parts if not part[0].islower()]
    is_full = len(begun) >= _NAME_PARTS and any(len(part) > 1 for part in begun)
    return is_full or any(_is_chinese_name(part) for part in parts)


def _bare(text: str) -> str:
    """A text without accents and vowel signs, which no capital letter hangs on."""
    return "".join(each for each in normalize("NFD", text) if category(each) != "Mn")


def _begins_with_title(bare: str) -> bool:
    words = bare.casefold().split()
    return len(words) >= _NAME_PARTS and words[0].rstrip(".") in _BARE_TITLES


def _is_chinese_name(part: str) -> bool:
    return bool(_CHINESE_NAME.fullmatch(part)) and part[0] in _CHINESE_SURNAMES


_BARE_TITLES = frozenset(_bare(_TITLES).casefold().split())
