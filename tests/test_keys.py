"""The keys: what they seal, what they refuse to open, and the texts that an operator may give."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from clinic import keys
from clinic.keys import BadKeys, CannotOpen, KeyRing
from clinic.settings import Settings, SettingsError, read_settings

ONE, TWO, THREE = (bytes([number]) * 31 + b"!" for number in (1, 2, 3))
ONE_TEXT, TWO_TEXT = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBASE=", "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAiE"
RING = KeyRing({"a": ONE}, TWO)
PLACE = "contacts.number"


@pytest.mark.parametrize("text", ["", "+33 6 12 34 56 78", "Ọmọ́, 雨\n", "\0\x80\0", "x" * 255, "x" * 256, "é" * 5000])
def test_S50_what_is_sealed_opens_again(text: str) -> None:
    assert RING.open(RING.seal(text, PLACE), PLACE) == text


def test_S50_the_same_text_twice_gives_other_bytes() -> None:
    sealed = [RING.seal("+33612345678", PLACE) for _ in range(2)]

    assert sealed[0] != sealed[1]
    assert all(b"33612" not in each for each in sealed)


@pytest.mark.parametrize(
    ("texts", "length"), [(["", "112", "+4915112345678", "x" * 255], 287), (["x" * 256, "é" * 255], 543)]
)
def test_S50_the_length_tells_nothing_of_a_number(texts: list[str], length: int) -> None:
    assert {len(RING.seal(each, PLACE)) for each in texts} == {length}


def test_S50_what_is_moved_to_another_column_does_not_open() -> None:
    with pytest.raises(CannotOpen):
        RING.open(RING.seal("sms", PLACE), "contacts.choice")


def test_S50_not_one_bit_may_change() -> None:
    sealed = RING.seal("sms", PLACE)
    changed = [
        sealed[:at] + bytes([sealed[at] ^ 1 << bit]) + sealed[at + 1 :] for at in range(len(sealed)) for bit in (0, 7)
    ]

    for each in changed:
        with pytest.raises(CannotOpen):
            RING.open(each, PLACE)


def test_S50_what_is_cut_short_does_not_open() -> None:
    sealed = RING.seal("sms", PLACE)

    for length in range(len(sealed)):
        with pytest.raises(CannotOpen):
            RING.open(sealed[:length], PLACE)


def test_S50_the_first_key_seals_and_the_others_still_open() -> None:
    old, new = RING.seal("sms", PLACE), KeyRing({"b": THREE}, TWO)
    both = KeyRing({"b": THREE, "a": ONE}, TWO)

    sealed = both.seal("sms", PLACE)

    assert both.open(old, PLACE) == new.open(sealed, PLACE) == "sms"
    with pytest.raises(CannotOpen):
        RING.open(sealed, PLACE)


def test_S50_a_digest_depends_on_text_place_and_the_look_up_key_alone() -> None:
    digest = RING.digest("ada", PLACE)
    others = [RING.digest("ade", PLACE), RING.digest("ada", "x"), KeyRing({"a": ONE}, THREE).digest("ada", PLACE)]

    assert digest == KeyRing({"b": THREE}, TWO).digest("ada", PLACE)
    assert len(digest) == 64
    assert digest not in others


def test_S50_made_keys_are_new_each_time_and_can_be_read() -> None:
    first, second = (keys.parse(keys.make()) for _ in range(2))

    assert first.sealing.keys() != second.sealing.keys()
    assert first.look_up != second.look_up


def test_S50_the_first_line_that_seals_is_the_first_key() -> None:
    ring = keys.parse(f"# ours\r\n\nseal b {ONE_TEXT} # new\r\nseal a {TWO_TEXT}\nlook-up {'A' * 43}=")

    assert list(ring.sealing.items()) == [("b", ONE), ("a", TWO)]
    assert ring.look_up == bytes(32)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "there must be exactly one look-up key"),
        (f"seal a {ONE_TEXT}", "there must be exactly one look-up key"),
        (f"seal a {ONE_TEXT}\nlook-up {TWO_TEXT}\nlook-up {'A' * 43}", "there must be exactly one look-up key"),
        (f"look-up {ONE_TEXT}", "there is no key that seals"),
        (f"seal a AQEBAQEB\nlook-up {ONE_TEXT}", "the key in line 1 must be 32 bytes long"),
        (f"seal a {ONE_TEXT}\nlook-up {'A' * 44}", "the key in line 2 must be 32 bytes long"),
        (f"seal a hush+hush/\nlook-up {ONE_TEXT}", "the key in line 1 is not base64url"),
        (f"seal a {'A' * 41}\nlook-up {ONE_TEXT}", "the key in line 1 is not base64url"),
        (f"seal a {ONE_TEXT}\nlook-up {ONE_TEXT}", "two keys are equal"),
        (f"seal a {ONE_TEXT}\nseal b {ONE_TEXT[:-1]}\nlook-up {TWO_TEXT}", "two keys are equal"),
        (f"seal a {ONE_TEXT}\nseal a {TWO_TEXT}\nlook-up {'A' * 43}", "line 2 has an id that stands above"),
        (f"seal é {ONE_TEXT}\nlook-up {TWO_TEXT}", "line 1 is neither `seal ID KEY` nor `look-up KEY`"),
        (f"\n{ONE_TEXT}", "line 2 is neither `seal ID KEY` nor `look-up KEY`"),
    ],
)
def test_S50_a_bad_text_of_keys_is_refused_in_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(BadKeys) as refused:
        keys.parse(text)

    assert str(refused.value) == sentence


def test_S52_what_is_printed_of_keys_and_settings_holds_none(tmp_path: Path) -> None:
    settings = _read(tmp_path, CLINIC_KEYS=f"seal a {ONE_TEXT};look-up {TWO_TEXT}")

    assert settings.keys == RING
    for printed in (repr(settings), repr(settings.keys), str(settings.keys)):
        assert not any(each in printed for each in (ONE_TEXT, TWO_TEXT[:-1], repr(ONE), repr(TWO), "x01"))


def test_S50_without_a_setting_keys_are_made_once_for_their_owner_alone(tmp_path: Path) -> None:
    first, second = (_read(tmp_path / "data").keys for _ in range(2))

    kept = tmp_path / "data/keys"
    assert first == second == keys.parse(kept.read_text())
    assert kept.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in kept.parent.iterdir()] == ["keys"]


def test_S50_many_first_starts_at_once_agree_on_their_keys(tmp_path: Path) -> None:
    program = "from clinic.settings import read_settings; print(read_settings().keys.digest('', ''))"
    environ = {**os.environ, "CLINIC_DATA": str(tmp_path / "data"), "CLINIC_SECRET_KEY": "a key"}

    started = [subprocess.Popen([sys.executable, "-c", program], env=environ, stdout=subprocess.PIPE) for _ in range(4)]

    said = {process.communicate(timeout=30)[0] for process in started}
    assert len(said) == 1
    assert all(process.returncode == 0 for process in started)


def test_S50_keys_are_read_from_a_named_file(tmp_path: Path) -> None:
    (tmp_path / "ours").write_text(f"seal a {ONE_TEXT}\nlook-up {TWO_TEXT}\n")

    assert _read(tmp_path, CLINIC_KEYS_FILE=str(tmp_path / "ours")).keys == RING
    assert not (tmp_path / "keys").exists()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "The file that CLINIC_KEYS_FILE names is missing or cannot be read"),
        (b"\xff\xfe", "The file that CLINIC_KEYS_FILE names is missing or cannot be read"),
        (b"seal a hush\n", "The file that CLINIC_KEYS_FILE names cannot be used: the key in line 1 must be 32 bytes"),
    ],
)
def test_S50_a_named_file_that_cannot_be_used_is_refused(tmp_path: Path, content: bytes | None, sentence: str) -> None:
    if content is not None:
        (tmp_path / "hush").write_bytes(content)

    with pytest.raises(SettingsError) as refused:
        _read(tmp_path, CLINIC_KEYS_FILE=str(tmp_path / "hush"))

    assert str(refused.value).startswith(sentence)
    assert "hush" not in str(refused.value)


@pytest.mark.parametrize("text", ["", "hush", "seal a hush;look-up hush"])
def test_S50_a_setting_that_is_there_but_bad_is_refused_and_makes_no_keys(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError, match=r"^CLINIC_KEYS cannot be used: ") as refused:
        _read(tmp_path, CLINIC_KEYS=text)

    assert "hush" not in str(refused.value)
    assert not (tmp_path / "keys").exists()


def test_S50_two_settings_for_the_same_keys_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot both be set"):
        _read(tmp_path, CLINIC_KEYS=keys.make(), CLINIC_KEYS_FILE=str(tmp_path / "keys"))


def test_S50_a_damaged_file_of_kept_keys_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("")

    with pytest.raises(SettingsError, match=r"^The file `keys` in CLINIC_DATA cannot be used"):
        _read(tmp_path)

    assert (tmp_path / "keys").read_text() == ""


def _read(data: Path, **environ: str) -> Settings:
    return read_settings({"CLINIC_DATA": str(data), "CLINIC_SECRET_KEY": "a key for tests alone", **environ})
