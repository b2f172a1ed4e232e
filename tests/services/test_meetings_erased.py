"""A telephone meeting and the erasing of whom it was with."""

from __future__ import annotations

import pytest

from clinic.db import Database
from clinic.domain.answers import NotFound, Refused
from clinic.domain.meetings import MeetingState
from clinic.models import Beneficiary
from clinic.queries import meetings as queries
from clinic.services import beneficiaries, erasing, meetings
from tests.make import NOW
from tests.services.telephone import arrange, make_two, row


@pytest.mark.parametrize("state", [MeetingState.BOOKED, MeetingState.WITHOUT_PEER])
def test_S61_who_awaits_a_call_is_not_erased(db: Database, state: MeetingState) -> None:
    with db.write() as tx:
        two = make_two(tx)
        row(tx, arrange(tx, two)).state = state
        tx.flush()

        with pytest.raises(Refused, match="erase_ahead"):
            erasing.erase(tx, two.her, by=two.mediator, now=NOW)


def test_S61_what_was_called_off_before_she_was_erased_does_not_come_back(db: Database) -> None:
    with db.write() as tx:
        two = make_two(tx)
        meeting_id = arrange(tx, two)
        meetings.cancel(tx, meeting_id, by=two.mediator, now=NOW)
        erasing.erase(tx, two.her, by=two.mediator, now=NOW)

        assert queries.meeting(tx, meeting_id, reader=two.peer, now=NOW).alias is None
        with pytest.raises(NotFound):
            meetings.restore(tx, meeting_id, by=two.peer, now=NOW)
        beneficiaries.forget_unknown(tx, tx.get_one(Beneficiary, two.her))
        assert tx.get(Beneficiary, two.her)
