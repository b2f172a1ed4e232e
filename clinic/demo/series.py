"""The series of the demonstration: what the association really offers, when and with whom."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, time, timedelta

from clinic.demo.places import Places
from clinic.demo.stage import WEEK, WEEKS_BACK, Dates, Stage, dates_of
from clinic.domain.people import Role
from clinic.domain.recurrence import Rhythm, Rule, plan
from clinic.domain.rota import Staffing
from clinic.domain.sessions import Kind
from clinic.models import ClinicSession
from clinic.queries import places as place_queries
from clinic.services import series, sessions
from clinic.services.series import DateDraft
from clinic.services.sessions import SeriesDraft

SUMMER = range(6, 9)


# Days from the coming Friday: a Thursday if it can be, else another working day near it.
_PODCAST_NEAR = (6, 5, 4, 3, -1, -2, -3, -4, 10)
_EXTRA = (26, 25, 24, 33, 32, 31, 40, 39)


@dataclass(frozen=True)
class Made:
    """The sessions of each service, those of the workshops of 2022, and the session that was added by hand."""

    law_access: Dates
    bus: Dates
    workshops: Dates
    of_2022: Dates
    podcasts: Dates
    saturdays: Dates
    extra: ClinicSession
    podcast_rule: Rule


def create_all(stage: Stage, where: Places) -> Made:
    """Make the series from twelve weeks back to a year ahead, leaving out public holidays and closures."""
    first_on = stage.friday - WEEKS_BACK * WEEK
    law_access = _create(stage, law_access_point(Rule(Rhythm.WEEKLY, first_on), where.law_access))
    bus = _create(stage, solidarity_bus(Rule(Rhythm.FORTNIGHTLY, first_on), where.bus))
    workshops = _create(
        stage, film_workshops(Rule(Rhythm.MONTHLY, first_on, weekday=1, nth=2), where.workshops), months_out=SUMMER
    )
    year = Rule(Rhythm.MONTHLY, date(2022, 3, 1), date(2022, 10, 31), weekday=1, nth=2)
    of_2022 = _create(stage, film_workshops(year, where.workshops), months_out=SUMMER)
    podcast_rule = _podcast_rule(stage, where.workshops)
    podcasts = _create(stage, podcast_workshop(podcast_rule, where.workshops))
    saturday_on = stage.friday + timedelta(days=8)
    saturday = Rule(Rhythm.FORTNIGHTLY, saturday_on - 6 * WEEK, saturday_on + 6 * WEEK)
    saturdays = _create(stage, saturday_podcasts(saturday, where.workshops))
    law_access_dates = dates_of(stage, law_access)
    return Made(
        law_access=law_access_dates,
        bus=dates_of(stage, bus),
        workshops=dates_of(stage, workshops),
        of_2022=dates_of(stage, of_2022),
        podcasts=dates_of(stage, podcasts),
        saturdays=dates_of(stage, saturdays),
        extra=_add_extra(stage, law_access, where.law_access),
        podcast_rule=podcast_rule,
    )


def _podcast_rule(stage: Stage, place_id: str) -> Rule:
    """Every other week around the coming one, for about three months."""
    near = first_open(stage, place_id, _PODCAST_NEAR)
    return Rule(Rhythm.FORTNIGHTLY, near - 4 * WEEK, near + 7 * WEEK)


def _add_extra(stage: Stage, series_id: str, place_id: str) -> ClinicSession:
    """Add one afternoon at the law access point by hand."""
    on = first_open(stage, place_id, _EXTRA)
    draft = DateDraft(on, time(14, 0), time(17, 0), place_id)
    added = series.add_date(stage.tx, series_id, draft, key=stage.key(), by=stage.coordinator, now=stage.now)
    return stage.tx.get_one(ClinicSession, added)


def first_open(stage: Stage, place_id: str, days: Iterable[int]) -> date:
    """The first of these days, counted from the coming Friday, that is ahead, no public holiday and not closed."""
    closures = place_queries.closed_periods(stage.tx, place_id)
    ahead = (on for each in days if (on := stage.friday + timedelta(days=each)) > stage.today)
    planned = (plan(Rule(Rhythm.ONCE, on), closures, before=on + timedelta(days=1))[0] for on in ahead)
    return next(each.on for each in planned if not each.is_marked)


def law_access_point(rule: Rule, place_id: str) -> SeriesDraft:
    """Two desks on Friday mornings, by appointment."""
    return SeriesDraft(
        kind=Kind.LAW_ACCESS,
        name_fr="Point d’accès au droit",
        name_en="Law access point",
        agenda_word_fr="Matin",
        agenda_word_en="Morning",
        is_public=True,
        rule=rule,
        starts=time(9, 30),
        ends=time(12, 30),
        place_id=place_id,
        desks=2,
        slot_minutes=30,
        needs={Role.LAWYER: Staffing(1, 2), Role.LEGAL_ADVISER: Staffing(1, 1), Role.MEDIATOR: Staffing(2, 2)},
        keeps_closed_days=False,
    )


def solidarity_bus(rule: Rule, place_id: str) -> SeriesDraft:
    """Every other Friday across midnight; mostly walk-in, one desk by appointment."""
    return SeriesDraft(
        kind=Kind.BUS,
        name_fr="Bus de la Solidarité",
        name_en="Solidarity Bus",
        agenda_word_fr="Soir",
        agenda_word_en="Evening",
        is_public=True,
        rule=rule,
        starts=time(19, 30),
        ends=time(0, 30),
        place_id=place_id,
        desks=1,
        slot_minutes=30,
        needs={Role.LAWYER: Staffing(2, 3), Role.MEDIATOR: Staffing(3, 3)},
        keeps_closed_days=False,
    )


def film_workshops(rule: Rule, place_id: str) -> SeriesDraft:
    """A film and a guest, in principle on the second Tuesday."""
    return SeriesDraft(
        kind=Kind.WORKSHOP,
        name_fr="Ateliers History/ourStory",
        name_en="History/ourStory workshops",
        agenda_word_fr="Atelier",
        agenda_word_en="Workshop",
        is_public=True,
        rule=rule,
        starts=time(18, 30),
        ends=time(21, 0),
        place_id=place_id,
        desks=0,
        slot_minutes=30,
        needs={Role.MEDIATOR: Staffing(1, 1)},
        keeps_closed_days=False,
    )


def podcast_workshop(rule: Rule, place_id: str) -> SeriesDraft:
    """A small group of members, on a date of its own; they want to know two weeks before whether it takes place."""
    return SeriesDraft(
        kind=Kind.OTHER,
        name_fr="Atelier podcast",
        name_en="Podcast workshop",
        agenda_word_fr="Atelier",
        agenda_word_en="Workshop",
        is_public=False,
        rule=rule,
        starts=time(14, 0),
        ends=time(17, 0),
        place_id=place_id,
        desks=0,
        slot_minutes=30,
        needs={Role.MEDIATOR: Staffing(1, 1)},
        keeps_closed_days=False,
        decision_days=14,
    )


def saturday_podcasts(rule: Rule, place_id: str) -> SeriesDraft:
    """The same on Saturdays, as it was before the group preferred a weekday."""
    draft = podcast_workshop(rule, place_id)
    return replace(draft, name_fr="Atelier podcast du samedi", name_en="Saturday podcast workshop")


def _create(stage: Stage, draft: SeriesDraft, *, months_out: Collection[int] = ()) -> str:
    closures = place_queries.closed_periods(stage.tx, draft.place_id)
    planned = plan(draft.rule, closures, before=sessions.horizon(stage.today))
    skipped = [each.on for each in planned if each.is_marked or each.on.month in months_out]
    return sessions.create(stage.tx, draft, skipped, key=stage.key(), by=stage.coordinator, now=stage.now)
