"""A refusal's code becomes a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from enum import StrEnum
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from clinic.domain.answers import Refused
from clinic.web.shared.filters import clock
from clinic.web.shared.labels import label

SENTENCES: Mapping[str, LazyString] = {
    "address_needed": _l("Give the e-mail address."),
    "address_unusable": _l("This does not look like an e-mail address: name@example.org."),
    "alias_busy": _l("This person already has an appointment at that time."),
    "already_on": _l("This person is already on this session."),
    "answer_by_outside": _l("Choose an answer-by between now and the start."),
    "appointment_cancelled": _l("This appointment was cancelled. Restore it first."),
    "appointments_outside": _l("These appointments would fall outside the new time: %(aliases)s. Move them first."),
    "ask_answered": _l("You have answered already. Thank you."),
    "ask_filled": _l("Somebody else has taken it. Thank you."),
    "ask_withdrawn": _l("Nobody is needed any more. Thank you."),
    "bad_key": _l("This page was too old. Please check and send it again."),
    "choice_changed": _l(
        "Somebody changed this meanwhile. What you chose is still here: look at both, then save if it is right."
    ),
    "code_wrong": _l("This name and code do not go together, or the code is no longer valid. Ask the coordinator."),
    "crew_changed": _l("The crew has changed meanwhile. Look again at who is missing, then decide."),
    "crew_clashes": _l("Someone on the crew is taken at that time. Look at the list again."),
    "date_exists": _l("The series has this date already, perhaps moved or cancelled. Change that session instead."),
    "date_past": _l("This day is past. Choose today or a later one."),
    "dates_far_ahead": _l("Choose days within the coming two years."),
    "dates_in_wrong_order": _l("The last day comes before the first."),
    "dates_past": _l("These days are over. Choose days to come."),
    "fewer_than_registered": _l("%(taken)s people are registered. Keep as many seats at least."),
    "hours_reversed": _l("These hours end before they begin."),
    "last_coordinator": _l("This is the last person who coordinates. Give the role to somebody else first."),
    "links_at_most": _l("You have five links already. End one of them first."),
    "minor_ask_coordinator": _l(
        "Ask the coordinator first: she saves it herself. Until then nothing is written. What you chose is still here."
    ),
    "move_into_past": _l("This time is already past. Choose a later one."),
    "need_exists": _l("An interpreter is already asked for here. Open that request instead."),
    "need_filled": _l("Somebody has accepted meanwhile."),
    "need_withdrawn": _l("Nobody is needed here any more."),
    "needs_experience": _l(
        "For your first time you come with someone who has been before. The last place is kept for her or him."
        " Take another date, or ask the coordinator."
    ),
    "no_such_slot": _l("There is no appointment at that time."),
    "nobody_missing": _l("Nobody is missing in this role any more."),
    "not_begun": _l("It has not begun yet: say afterwards who came."),
    "not_their_role": _l("This person does not have that role."),
    "not_your_role": _l("You do not have that role."),
    "number_needed": _l("Give the telephone number."),
    "number_takes_no_sms": _l(
        "To this number an SMS would be read aloud, or not arrive: give a mobile telephone, or choose something else."
    ),
    "number_unusable": _l("This is no telephone number. Examples: 06 12 34 56 78, +44 20 7946 0000."),
    "offer_answered": _l("You have answered already. Thank you."),
    "offer_expired": _l("The time to answer is over. There is nothing to do."),
    "offer_filled": _l("Somebody else has taken it. Thank you."),
    "offer_withdrawn": _l("Nobody is needed any more. Thank you."),
    "password_common": _l("This password is too easy to guess. Choose another one."),
    "password_long": _l("This password is too long."),
    "password_short": _l("This password is too short: 12 characters at least."),
    "person_busy": _l("This person is already somewhere else at that time."),
    "person_disabled": _l("This account is disabled."),
    "phone_wrong": _l("This is no telephone number. Examples: 06 12 34 56 78, +44 20 7946 0000."),
    "reminders_at_most": _l("At most %(crew)s reminders for those who work here, and %(people)s for people."),
    "seat_taken": _l("Somebody was faster. Please try again."),
    "series_blocked": _l("Some sessions cannot follow. Settle each of them first, then look again."),
    "series_differs": _l("Something changed meanwhile: look again before you save."),
    "session_begun": _l("This session has begun. Call the coordinator instead."),
    "session_cancelled": _l("This session is cancelled."),
    "session_over": _l("This session is over."),
    "shift_filled": _l("Somebody was faster: the session has all the people it needs."),
    "sign_in_name_taken": _l("Somebody else already uses this name to sign in."),
    "sign_in_wrong": _l("This name and password do not go together. Look at both, and try again."),
    "sign_off_passed": _l(
        "This session is near: you come, unless somebody takes over. Open its page and look for a stand-in."
    ),
    "slot_over": _l("That time is already past."),
    "slot_taken": _l("%(at)s was just taken."),
    "span_too_long": _l("A session lasts fourteen hours at most."),
    "stand_in_found": _l("Somebody has taken over meanwhile. You are free."),
    "step_up_blocked": _l("The password was wrong five times. Wait 15 minutes."),
    "step_up_needed": _l("This screen was open for too long: give your password again, then save. Nothing is lost."),
    "too_little_travel": _l("This leaves less than 45 minutes to get there from somewhere else."),
    "too_little_travel_for_them": _l("This leaves this person less than 45 minutes to get there from somewhere else."),
    "undo_too_late": _l("It is too late to undo: the messages have left. Open the page and change it there."),
    "you_are_busy": _l("You are already somewhere else at that time."),
    "yourself": _l("You cannot disable your own account."),
    "alias_taken": _l("You call somebody by this word already. Open her page, or choose another word."),
    "alias_taken_there": _l("That mediator calls somebody else by this word: agree on another word with her first."),
    "erase_ahead": _l(
        "She has an appointment, a held time or a meeting by telephone ahead. Call it off first, and tell her."
    ),
    "erase_in_line": _l("She is in the line just now. Say first how it ended."),
    "hand_over_stands": _l("This cannot be taken back any more: ask her new mediator, or the coordinator."),
    "record_changed": _l(
        "Somebody changed this meanwhile. What you typed is still here: look at both, then save if it is right."
    ),
    "already_here": _l("This person is in the line already."),
    "excluded_follows": _l("This person follows her: hand her over to somebody else first."),
    "hold_over": _l("This time is not kept any more. Book it first, if it is still free."),
    "hours_outside": _l("Choose 1 to 10 hours."),
    "nobody_free": _l("At %(at)s, nobody is free as: %(missing)s."),
    "interpreter_taken": _l("She is not free any more. Choose somebody else."),
    "outcome_changed": _l("Somebody noted something else meanwhile: it stands here now. Change it if it is wrong."),
    "queue_closed": _l("The line is open from two hours before the session until a day after it."),
    "walk_ins_changed": _l(
        "Somebody put people in the line meanwhile: look whether yours are among them, then save again."
    ),
    "visit_changed": _l("Somebody was faster: this is how it stands now."),
    "meeting_begun": _l("This telephone meeting has begun. Note what came of it, or arrange a new one."),
    "meeting_cancelled": _l("This telephone meeting was called off. Restore it first."),
    "meeting_not_safe": _l(
        "It is not safe to call her: nothing can be agreed."
        " Speak with her when you see her; what she says then opens it."
    ),
    "meeting_outside_daily": _l(
        "She may be reached every day from %(opens)s to %(closes)s. Choose a time within these hours,"
        " or tick that she asked for this very time."
    ),
    "meeting_outside_week": _l(
        "She may be reached from %(opens)s to %(closes)s, not on Sundays and public holidays."
        " Choose a time within these hours, or tick that she asked for this very time."
    ),
    "meeting_stopped": _l(
        "She stopped all messages: nothing can be agreed. Speak with her; what she says then opens it."
    ),
    "peer_gone": _l("This peer cannot take it any more. Arrange a new one with somebody else."),
    "with_somebody": _l("This person is with somebody else just now. Choose another one."),
}


def sentence(refused: Refused) -> str:
    """The sentence for a refusal, in the reader's language, with the free times where there are any."""
    facts = {name: _words(value) for name, value in refused.facts.items()}
    said = str(SENTENCES[refused.code]) % facts
    return f"{said} {_free(refused.facts['free'])}" if "free" in refused.facts else said


def _free(free: list[datetime]) -> str:
    if not free:
        return gettext("No other time is free at this session.")
    return gettext("Free times: %(times)s.", times=_words(free))


def _words(value: Any) -> str:
    if isinstance(value, datetime | time):
        return clock(value)
    if isinstance(value, StrEnum):
        return str(label(value))
    return ", ".join(map(_words, value)) if isinstance(value, list) else str(value)
