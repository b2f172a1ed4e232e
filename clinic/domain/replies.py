"""What an answer to a message says, as far as a program may judge: that messages are to stop, or something else."""

# Words from many scripts are what this file is about.

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum
from itertools import groupby
from unicodedata import category, normalize

READ = 1000  # characters; what comes later changes nothing
SHORT = 4  # words


class Verdict(StrEnum):
    """`STOP`: write no more. `OTHER`: a human has to ask her."""

    STOP = "stop"
    OTHER = "other"


# Said before what is meant.
_OPENERS = """
    abeg; allo; bonjour; bonsoir; buna; buna ziua; bună; hallo; hello; hey; hi; hola; i said; i say; i want to;
    je vous demande de; je veux; je voudrais; merci; merci de; oi; ok; olá; pardon; per favore; please; pls; plz;
    por favor; salam; salut; s'il te plaît; s'il vous plaît; sorry; stp; svp; va rog; vă rog; veuillez; désolé;
    désolée; excusez moi; te rog; you must; من فضلك; مرحبا; السلام عليكم; моля; здравейте; здравей; ju lutem;
    请; 你好; 您好; biko; jọ̀ọ́; e jọ̀ọ́
"""

# These stop it however much follows. "Cancel" and "annuler" do not stand here: they may mean the appointment.
_STOPS = """
    stop; stopp; stoppe; stoppez; stopall; stop all; stop it; arrêt; arrêts; arrête; arrêtes; arrêtez; arrêter;
    d'arrêter; cesse; cessez; cesser; ça suffit; désinscrire; désinscription; désinscrivez; me désinscrire;
    désabonner; désabonnement; désabonnez; me désabonner; ne m'écrivez plus; ne m'écrivez pas; ne m'écris plus;
    ne m'écris pas; ne plus m'écrire; ne pas m'écrire; n'écrivez plus; n'écris plus; m'écrivez plus;
    m'écris plus; ne me contactez plus; ne me contacte plus; ne plus me contacter; ne m'envoyez plus;
    ne m'envoie plus; n'envoyez plus; plus de message; plus de messages; plus de sms; pas de message;
    pas de messages; supprimez mon numéro; effacez mon numéro; laissez moi; laisse moi tranquille;
    foutez moi la paix; pas moi; c'est pas moi; ce n'est pas moi; ce n'est pas le bon numéro;
    c'est pas le bon numéro; pas le bon numéro; je ne suis pas la personne; je ne suis pas cette personne;
    mauvais numéro; faux numéro; mauvaise personne; erreur de numéro; vous faites erreur; vous vous trompez;
    tu te trompes; il y a erreur; vous avez le mauvais numéro; vous avez un faux numéro; unsubscribe; unsub;
    opt out; optout; remove me; remove my number; delete my number; leave me alone; don't text; dont text;
    do not text; don't write; dont write; do not write; don't contact; dont contact; do not contact;
    don't message; dont message; do not message; don't send; dont send; do not send; no more; never text;
    never write; not me; it's not me; it isn't me; this is not me; this isn't me; that's not me;
    that is not me; i'm not her; i am not her; i'm not the person; i am not the person; wrong number;
    wrong person; you have the wrong; you've got the wrong; you got the wrong; not my number; this is not her;
    no be me; na wrong number; make una stop; make you stop; no dey text me; comot my number; parar; para ya;
    para por favor; pare; paren; basta; no soy yo; número equivocado; persona equivocada; se equivoca;
    se equivocó; no me escriban; no me escribas; no me escriba; no escriban más; no me contacten; no más;
    no mande más; no manden más; dar de baja; darme de baja; borrar mi número; parem; não sou eu;
    número errado; pessoa errada; não me escrevam; não me escreva; não me mande; não mande; não mandem;
    enganou-se; opriți; oprește; încetați; nu sunt eu; nu sînt eu; număr greșit; ați greșit; ai greșit;
    nu-mi mai scrieți; nu mai scrieți; nu-mi mai scrie; nu mă contactați; dezabonare; стоп; спри; спрете;
    престани; престанете; не съм аз; не ми пишете; не ми пиши; не пишете; грешен номер; грешка; сбъркали сте;
    отпиши ме; отпишете ме; стига; ndal; ndalo; ndaloni; mos më shkruani; mos më shkruaj; mos shkruani;
    nuk jam unë; s'jam unë; numër i gabuar; e keni gabim; توقف; توقفي; توقفوا; قف; كفى; كفاية; أوقف; أوقفوا;
    إيقاف; ستوب; إلغاء الاشتراك; لا تكتب; لا تكتبوا; لا تكتبي; لا تراسل; لا تراسلني; لا تراسلوني; لا ترسل;
    لا ترسلوا; لا ترسلي; لا تتصلوا; لا تتصل; لست أنا; ليس أنا; ليست أنا; مش أنا; ماشي أنا; أنا لست; رقم خاطئ;
    الرقم خطأ; رقم غلط; الرقم غلط; غلطان; غلطانة; থামুন; থামো; বন্ধ করুন; বন্ধ করো; আমি না; আমি নই; ভুল নম্বর;
    স্টপ; মেসেজ দেবেন না; মেসেজ করবেন না; kwụsị; kwụsịnụ; ọ bụghị m; ọ bụghị mụ; kì í ṣe èmi; kìí ṣe èmi;
    má kọ̀wé sí mi; nọ́ńbà tí kò tọ́
"""

# These stop it where little else is said: "no, I come at three o'clock" is for a human.
_NOES = """
    non; nan; no; nope; nah; no no; never; jamais; pas du tout; not at all; end; ends; fin; finish; fini;
    terminé; quit; exit; erreur; error; mistake; nein; nej; no gracias; كلا; mba; rárá; assez;
    chega
"""

# And these as the whole of it: with a verb they say "I cannot".
_NOES_ALONE = """
    nu; nu mulțumesc; nu mersi; não; não obrigada; não obrigado; не; не благодаря; не мерси; jo; jo faleminderit;
    لا; لا شكرا; لا لا; না; না ধন্যবাদ
"""

# In Chinese no space parts the words: these stop it at the head of the text, and those as the whole of it.
_STOPS_OF_HAN = """
    停止; 停下; 别发; 別發; 不要发; 不要發; 别再; 別再; 不要再; 不要给我; 不要給我; 退订; 退訂; 取消订阅;
    取消訂閱; 不是我; 我不是; 打错; 打錯; 发错; 發錯; 号码错; 號碼錯; 错号; 勿扰; 勿擾; 请停; 請停
"""
_NOES_OF_HAN = "停; 不; 不要; 不用; 不用了; 不需要; 没有; 沒有; 错了; 錯了; 够了; 夠了"

# No is not always no.
_YESES = (
    "no problem; no problems; no wahala; no worries; no vex; no shaking; no doubt; no hay problema; no te preocupes;"
    " no puedo; no sé; no entiendo; no comprendo"
)

_UNSEEN = {"Mn", "Mc", "Me", "Cf", "Cs", "Cn"}
_SENTENCE_END = re.compile(r"[.:]+(?=\s|$)|[!?;\n\r\u2028\u2029\u0964\u06d4\u3002\u061f\u061b]+")
_WORD = re.compile(r"[^\W\d_]+|\d+")
_APOSTROPHES = re.compile("['\u2018\u2019\u02bc\u00b4`]")


def judge(text: str) -> Verdict:
    """Judge an answer by the first sentence that is more than a greeting; in doubt it means stop (S15).

    Any text may come: nothing is raised, and nothing of it is kept.
    """
    for sentence in _SENTENCE_END.split(_folded(text[:READ])):
        words = _without_openers(_words(sentence))
        if words:
            return Verdict.STOP if _says_stop(words) else Verdict.OTHER
    return Verdict.OTHER


def _says_stop(words: Sequence[str]) -> bool:
    squeezed = "".join(words)
    if _begins(words, _STOP_PHRASES) or squeezed.startswith(_HAN_STOPS) or squeezed in _HAN_NOES:
        return True
    if tuple(words) in _PHRASES_ALONE:
        return True
    return len(words) <= SHORT and _begins(words, _NO_PHRASES) > 0 and not _begins(words, _YES_PHRASES)


def _begins(words: Sequence[str], phrases: Iterable[tuple[str, ...]]) -> int:
    """How many words the longest of these phrases has that stands at the head; 0 for none."""
    return max((len(phrase) for phrase in phrases if tuple(words[: len(phrase)]) == phrase), default=0)


def _without_openers(words: list[str]) -> list[str]:
    while opener := _begins(words, _OPENER_PHRASES):
        words = words[opener:]
    return words


def _folded(text: str) -> str:
    """Bare small letters: NFKC and case folded, without accents, marks, zero-width characters, and apostrophes."""
    folded = normalize("NFKD", normalize("NFKC", text).casefold())
    return _APOSTROPHES.sub(" ", "".join(each for each in folded if category(each) not in _UNSEEN))


def _words(text: str) -> list[str]:
    """The words of a folded text; single letters in a row are one word, and digits one of their own: STOP36179."""
    runs = groupby(_WORD.findall(text), key=lambda word: len(word) == 1)
    return [word for is_single, run in runs for word in (["".join(run)] if is_single else list(run))]


def _phrases(table: str) -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(_words(_folded(each))) for each in table.split(";"))


_OPENER_PHRASES, _STOP_PHRASES = _phrases(_OPENERS), _phrases(_STOPS)
_NO_PHRASES, _YES_PHRASES, _PHRASES_ALONE = _phrases(_NOES), _phrases(_YESES), _phrases(_NOES_ALONE)
_HAN_STOPS = tuple(_folded(each.strip()) for each in _STOPS_OF_HAN.split(";"))
_HAN_NOES = frozenset(_folded(each.strip()) for each in _NOES_OF_HAN.split(";"))
