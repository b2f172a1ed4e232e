"""The form of a new series."""

from __future__ import annotations

from clinic.domain.recurrence import AfterSkip, Rhythm
from clinic.domain.sessions import Kind
from clinic.services.sessions import SeriesDraft
from clinic.web.sessions.series_fields import CrewFields, DesksFields, HoursFields, NamesFields, RhythmFields
from clinic.web.sessions.ticks import TickedDates


class SeriesForm(NamesFields, RhythmFields, HoursFields, DesksFields, CrewFields, TickedDates):
    """What a coordinator says of a series, and then which of its dates she keeps."""

    @property
    def chosen_kind(self) -> Kind:
        return Kind(self.kind.data)

    def draft(self) -> SeriesDraft:
        is_fortnightly = self.rhythm.data == Rhythm.FORTNIGHTLY
        return SeriesDraft(
            kind=self.chosen_kind,
            name_fr=self.name_fr.data,
            name_en=self.name_en.data,
            agenda_word_fr=self.agenda_word_fr.data,
            agenda_word_en=self.agenda_word_en.data,
            is_public=self.is_public.data,
            rule=self.rule,
            starts=self.starts.data,
            ends=self.ends.data,
            place_id=self.place_id.data,
            desks=self.desks.data,
            slot_minutes=int(self.slot_minutes.data),
            needs=self.needs,
            keeps_closed_days=self.keeps_closed_days.data,
            after_skip=AfterSkip(self.after_skip.data) if is_fortnightly else AfterSkip.KEEP,
            sign_off_days=self.sign_off_days.data,
            decision_days=self.decision_days.data,
            decision_time=self.decision_time.data,
        )
