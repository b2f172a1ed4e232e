"""The dates of a series on a form: each ticked or not, and how every other week goes on after one left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectMultipleField

from clinic.domain.recurrence import AfterSkip, ClosedPeriod, Rhythm, Rule, plan
from clinic.web.shared.filters import full_date
from clinic.web.shared.forms import KeyedForm
from clinic.web.shared.labels import choices, label


class TickedDates(KeyedForm):
    """The dates that were ticked, and which ones were `offered` with a tick and which were `doubtful`, without.

    So what was ticked or unticked by hand is known, and stays when other things change.
    """

    keep = SelectMultipleField(_l("Dates"), validate_choice=False)
    offered = SelectMultipleField(validate_choice=False)
    doubtful = SelectMultipleField(validate_choice=False)
    after_skip = RadioField(_l("After a date left out"), choices=lambda: choices(AfterSkip), default=AfterSkip.KEEP)

    def dates(self, name: str) -> set[date]:
        """The dates that one of the fields holds; what is no date is passed over."""
        return {date.fromisoformat(each) for each in self[name].data or [] if _is_date(each)}

    @property
    def shown(self) -> set[date]:
        """The dates that stood on the page."""
        return self.dates("offered") | self.dates("doubtful")

    def left_out(self, usual: Iterable[date]) -> frozenset[date]:
        """The dates to leave out, where these usually are: what was ticked or unticked by hand stays so."""
        kept = self.dates("keep")
        return frozenset((set(usual) - (self.dates("doubtful") & kept)) | (self.dates("offered") - kept))

    def offer(self, dates: Iterable[date], usually_left_out: Iterable[date]) -> None:
        """Note for the next page which dates it shows, and which of them have no tick unless she gives it."""
        shown, doubtful = set(dates), set(usually_left_out)
        self.offered.data = [on.isoformat() for on in sorted(shown - doubtful)]
        self.doubtful.data = [on.isoformat() for on in sorted(shown & doubtful)]

    def explain_after_skip(self, rule: Rule, closures: Sequence[ClosedPeriod], *, after: date, before: date) -> bool:
        """Say at each way to go on which date comes next; False where no closed day makes a difference."""
        if rule.rhythm is not Rhythm.FORTNIGHTLY:
            return False
        nexts: dict[AfterSkip, date | None] = {}
        for each in AfterSkip:
            planned = plan(rule, closures, after=after, before=before, after_skip=each)
            closed = next((date_.on for date_ in planned if date_.is_marked), None)
            if closed is None:
                return False
            nexts[each] = next((date_.on for date_ in planned if date_.on > closed and not date_.is_marked), None)
        self.after_skip.choices = [(each.value, _with_next(each, on)) for each, on in nexts.items()]
        return True


def _with_next(each: AfterSkip, on: date | None) -> str:
    words = str(label(each))
    return words + " " + gettext("(next: %(day)s)", day=full_date(on)) if on else words


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
