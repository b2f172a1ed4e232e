"""What fits into one SMS: the GSM 7 bit alphabet (3GPP TS 23.038 §6.2.1), transliteration to it, and the count."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from unicodedata import category, normalize

# In the order of the standard: septets 0x00 to 0x7F. 0x1B leads to the extension and is no character.
BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅå"
    "Δ_ΦΓΛΩΠΨΣΘΞÆæßÉ"
    " !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = "\f^{}\\[~]|€"  # each costs two septets
MOST_SEPTETS = 160
MOST_UNITS = 70

# What Unicode does not take apart by itself, as it does letters with marks, ligatures, … and the other spaces.
_INSTEAD = {
    "œ": "oe", "Œ": "OE", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "ħ": "h", "Ħ": "H",
    "\u0131": "i", "ŋ": "n", "Ŋ": "N", "þ": "th", "Þ": "Th", "ẞ": "SS", "ə": "e", "Ə": "E",
    "\u2018": "'", "’": "'", "\u201a": "'", "\u2032": "'", "\u02bc": "'", "`": "'", "\u00b4": "'",
    "\u2039": "'", "\u203a": "'", "«": '"', "»": '"', "“": '"', "”": '"', "„": '"', "\u2033": '"',
    "\u2010": "-", "\u2011": "-", "\u2012": "-", "–": "-", "—": "-", "\u2212": "-",
    "•": "-", "·": ".", "×": "x", "°": "o", "\t": " ",
    "\u00ad": "", "\u200b": "", "\u2060": "", "\ufeff": "",
}  # fmt: skip


class Encoding(StrEnum):
    """How a text goes over the air: septets where its alphabet allows it, else 16 bits a unit."""

    GSM_7 = "GSM-7"
    UCS_2 = "UCS-2"


@dataclass(frozen=True)
class Counted:
    """The length of a text in the units of its encoding, and the most that one segment holds."""

    units: int
    encoding: Encoding
    most: int

    @property
    def fits(self) -> bool:
        """Say whether the text goes as one segment."""
        return self.units <= self.most


def count(text: str) -> Counted:
    """Count a text as it stands: septets (160, an extension character takes two) or UTF-16 code units (70)."""
    if _is_gsm(text):
        return Counted(len(text) + sum(text.count(each) for each in EXTENSION), Encoding.GSM_7, MOST_SEPTETS)
    return Counted(len(text.encode("utf-16-le", "surrogatepass")) // 2, Encoding.UCS_2, MOST_UNITS)


def transliterate(text: str) -> str:
    """Write a text with GSM characters where a Latin letter, a mark or a space has a likeness: août is aout.

    What the alphabet has stays (é, è, à, ù, Ç), and so does what is not Latin.
    """
    return "".join(_likeness(character) for character in normalize("NFC", text))


def as_sms(text: str) -> str:
    """Return a text as it is sent: transliterated where that makes it wholly GSM, else untouched (S13)."""
    plain = transliterate(text)
    return plain if _is_gsm(plain) else text


def _likeness(character: str) -> str:
    if _is_gsm(character):
        return character
    if character in _INSTEAD:
        return _INSTEAD[character]
    parts = "".join(part for part in normalize("NFKD", character) if category(part) != "Mn")
    return parts if parts and parts.isascii() and _is_gsm(parts) else character


def _is_gsm(text: str) -> bool:
    return all(character in BASIC or character in EXTENSION for character in text)
