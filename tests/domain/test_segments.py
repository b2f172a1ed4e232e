"""One SMS: the alphabet of the standard, transliteration, the count."""

from __future__ import annotations

import pytest
from babel.dates import get_day_names, get_month_names
from hypothesis import given
from hypothesis import strategies as st

from clinic.domain import segments
from clinic.domain.segments import Counted, Encoding

# 3GPP TS 23.038 §6.2.1: the Unicode value of each septet, eight to a line, from 0x00 on.
BASIC_OF_THE_STANDARD = """
    0040 00A3 0024 00A5 00E8 00E9 00F9 00EC
    00F2 00C7 000A 00D8 00F8 000D 00C5 00E5
    0394 005F 03A6 0393 039B 03A9 03A0 03A8
    03A3 0398 039E ---- 00C6 00E6 00DF 00C9
    0020 0021 0022 0023 00A4 0025 0026 0027
    0028 0029 002A 002B 002C 002D 002E 002F
    0030 0031 0032 0033 0034 0035 0036 0037
    0038 0039 003A 003B 003C 003D 003E 003F
    00A1 0041 0042 0043 0044 0045 0046 0047
    0048 0049 004A 004B 004C 004D 004E 004F
    0050 0051 0052 0053 0054 0055 0056 0057
    0058 0059 005A 00C4 00D6 00D1 00DC 00A7
    00BF 0061 0062 0063 0064 0065 0066 0067
    0068 0069 006A 006B 006C 006D 006E 006F
    0070 0071 0072 0073 0074 0075 0076 0077
    0078 0079 007A 00E4 00F6 00F1 00FC 00E0
"""
# §6.2.1.1, after the escape 0x1B: 0A, 14, 28, 29, 2F, 3C, 3D, 3E, 40, 65.
EXTENSION_OF_THE_STANDARD = "000C 005E 007B 007D 005C 005B 007E 005D 007C 20AC"


def test_S13_the_alphabet_is_that_of_the_standard() -> None:
    septets = BASIC_OF_THE_STANDARD.split()
    basic = "".join(chr(int(each, 16)) for each in septets if each != "----")

    assert len(septets) == 128
    assert basic == segments.BASIC
    assert "".join(chr(int(each, 16)) for each in EXTENSION_OF_THE_STANDARD.split()) == segments.EXTENSION


def test_S13_every_character_of_the_alphabet_stays_and_no_other_is_counted_as_septets() -> None:
    alphabet = segments.BASIC + segments.EXTENSION

    assert segments.transliterate(alphabet) == alphabet
    assert segments.count(alphabet) == Counted(127 + 10 * 2, Encoding.GSM_7, 160)
    for number in range(0x3000):
        is_known = chr(number) in alphabet
        assert (segments.count(chr(number)).encoding is Encoding.GSM_7) is is_known


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("août", "aout"),
        ("décembre, à l’été, où", "décembre, à l'été, où"),
        ("Ça, là-bas : çà et là", "Ça, là-bas : cà et là"),
        ("cœur, ŒUVRE, æ", "coeur, OEUVRE, æ"),
        ("« Midi » – “12\u202fh\u00a030”…", "\" Midi \" - \"12 h 30\"..."),
        ("Łódź, Đỗ Thị, Gheorghiță, ağaç", "Lodz, Do Thi, Gheorghita, agac"),
        ("de\u0301cembre, aou\u0302t", "décembre, aout"),
        ("n° 5, 18×2", "no 5, 18x2"),
        ("soft\u00adly\u200b", "softly"),
    ],
)  # fmt: skip
def test_S13_latin_text_is_written_with_what_the_alphabet_has(text: str, written: str) -> None:
    assert segments.transliterate(text) == written
    assert segments.as_sms(text) == written


@pytest.mark.parametrize("text", ["موعد الخميس ’12‘", "встреча й «в»", "约会", "😀", "½"])
def test_S13_what_is_not_latin_stays_as_it_is_written(text: str) -> None:
    assert segments.as_sms(text) == text
    assert segments.count(text).encoding is Encoding.UCS_2


@pytest.mark.parametrize(
    ("text", "counted", "fits"),
    [
        ("", Counted(0, Encoding.GSM_7, 160), True),
        ("é" * 160, Counted(160, Encoding.GSM_7, 160), True),
        ("é" * 161, Counted(161, Encoding.GSM_7, 160), False),
        ("€" * 80, Counted(160, Encoding.GSM_7, 160), True),
        ("a" * 159 + "€", Counted(161, Encoding.GSM_7, 160), False),
        ("ê" * 70, Counted(70, Encoding.UCS_2, 70), True),
        ("ê" * 71, Counted(71, Encoding.UCS_2, 70), False),
        ("م" * 68 + "😀", Counted(70, Encoding.UCS_2, 70), True),
        ("م" * 69 + "😀", Counted(71, Encoding.UCS_2, 70), False),
        ("\ud800", Counted(1, Encoding.UCS_2, 70), True),
    ],
)
def test_S13_one_segment_is_160_septets_or_70_units(text: str, counted: Counted, *, fits: bool) -> None:
    assert segments.count(text) == counted
    assert segments.count(text).fits is fits


@pytest.mark.parametrize("language", ["fr", "en_GB"])
def test_S13_every_day_and_month_goes_in_septets(language: str) -> None:
    names = {*get_month_names(locale=language).values(), *get_day_names(locale=language).values()}

    for name in names:
        assert segments.count(segments.as_sms(name)).encoding is Encoding.GSM_7


@given(st.text())
def test_S13_what_is_written_anew_is_not_written_anew_again(text: str) -> None:
    once = segments.as_sms(text)

    assert segments.as_sms(once) == once
    assert once == text or segments.count(once).encoding is Encoding.GSM_7
