"""What stops messages, in many languages and spellings; anything else is for a human; no text breaks it."""

# Answers in many scripts are what this file is about.
# ruff: noqa: RUF001

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.domain.replies import READ, Verdict, judge

DECORATION = st.sampled_from(
    ["", " ", "!", "…", "🙏", "\u200b", "\u202e", "\ufeff", "\n", ".", "  ?? ", "\u00a0", "❌"]
)


@pytest.mark.parametrize("text", [
    "stop", "STOP", "Stop!", " stop ", "S T O P", "s.t.o.p", "STOP.", "ＳＴＯＰ", "𝐒𝐓𝐎𝐏", "stop\u200b",
    "s\u200bt\u00adop", "🛑 STOP 🛑", "STOP 36179", "STOP36179", "Stop svp",
    "stop please don't text this number ever again I do not know you at all", "Arrêt", "ARRET", "arre\u0302t",
    "Arrêtez de m'écrire, je ne vous connais pas et je ne veux plus rien recevoir", "non", "NON", "Non.",
    "non merci", "Non, merci", "No", "no thanks", "Fin", "END", "quit", "jamais", "pas moi", "Pas moi !",
    "C'est pas moi", "C’est pas moi ça", "ce n'est pas moi", "Mauvais numéro", "mauvais numero désolé", "erreur",
    "Vous vous trompez de personne je crois", "désinscrire", "Me désinscrire SVP", "ne m'écrivez plus",
    "Ne m’écrivez plus", "s'il vous plaît arrêtez", "Bonjour, stop", "Bonjour ! Arrêtez.", "please stop",
    "Ok stop", "Hello. Wrong number", "merci d'arrêter", "unsubscribe", "not me", "It's not me",
    "this is not me", "Wrong number", "wrong person!!", "Don't text me", "dont text me",
    "I am not the person you look for", "no be me", "abeg stop", "No more", "no me escriban", "No soy yo",
    "número equivocado", "Não sou eu", "pare", "nu sunt eu", "Număr greșit", "opriți", "nu", "Nu, mulțumesc",
    "не", "не съм аз", "спрете", "грешен номер", "jo", "nuk jam unë", "ndaloni", "توقف", "توقَّف", "لا",
    "لست أنا", "الرقم خطأ", "لا تراسلوني", "من فضلك توقف", "停", "停止", "不要再发了", "不是我", "退订", "不",
    "আমি না", "ভুল নম্বর", "kwụsị", "mba", "rárá", "kì í ṣe èmi",
    "\n\nstop\nSent from my phone, which is a long signature",
])  # fmt: skip
def test_S15_these_mean_stop(text: str) -> None:
    assert judge(text) is Verdict.STOP


@pytest.mark.parametrize("text", [
    "", " ", "?", "👍", "🛑", "\u200b", "36179", "oui", "ok", "OK merci", "Yes", "Merci beaucoup !", "Bonjour",
    "d'accord à jeudi", "No wahala", "nu pot veni", "No puedo ir", "لا أستطيع", "no problem", "nonante",
    "nonante-neuf", "nothing", "north", "stopover", "ending", "final", "Nous venons", "notre", "nuage",
    "Jocelyne", "Je serai en retard", "C'est à quelle heure ?", "Who is this?", "Qui êtes-vous ?", "C'est qui",
    "Non je ne peux pas venir jeudi mais vendredi oui", "No I cannot come but my sister will be there at ten",
    "Annuler", "cancel my appointment", "annulez mon rendez-vous", "I come. Stop.", "À jeudi. Non merci.",
    "Je ne sais pas où est l'arrêt de bus", "Where does the bus stop?", "إلى اللقاء", "не знам къде е", "谢谢",
    "不好意思我迟到",
])  # fmt: skip
def test_S15_these_are_for_a_human(text: str) -> None:
    assert judge(text) is Verdict.OTHER


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    assert judge(text) in Verdict


@pytest.mark.parametrize(
    "text", ["\ud800", "\ud83d stop", "a" * 1_000_000, "\u0301" * 5000, "." * 100_000, "ﷺ" * 5000, "\x00"]
)
def test_nor_one_that_is_no_text_or_huge(text: str) -> None:
    assert judge(text) in Verdict


@given(
    DECORATION,
    st.sampled_from(["stop", "Arrêt", "NON", "pas moi", "unsubscribe", "توقف", "停止", "wrong number"]),
    DECORATION,
)
def test_decoration_hides_no_stop(before: str, word: str, after: str) -> None:
    assert judge(before + word + after) is Verdict.STOP


@given(st.sampled_from(["stop", "unsubscribe", "désinscrire"]), st.text(st.characters(categories=["Nd", "Zs", "Po"])))
def test_what_follows_a_clear_word_changes_nothing(word: str, after: str) -> None:
    assert judge(f"{word} {after}") is Verdict.STOP


def test_what_comes_after_a_thousand_characters_changes_nothing() -> None:
    assert judge("." * READ + "stop") is Verdict.OTHER
