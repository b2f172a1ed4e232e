"""The rota as a file that a spreadsheet opens."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date

from flask_babel import gettext
from werkzeug.wrappers import Response

from clinic.domain.text import as_cell
from clinic.domain.times import local_date, to_local
from clinic.queries import lists
from clinic.queries.lists import Post, RotaRow
from clinic.queries.programme import SessionView
from clinic.web.shared.labels import label
from clinic.web.shared.locale import local

# What Excel takes for a table where people write decimals with a comma; LibreOffice asks.
DELIMITER = ";"
# Without its mark at the beginning, Excel takes UTF-8 for something else.
ENCODING = "utf-8-sig"


def csv_answer(sessions: Sequence[SessionView], on: date) -> Response:
    """The rows of these sessions as a file to keep; nothing in it is read as a formula (S44)."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=DELIMITER)
    writer.writerow(_heads())
    writer.writerows([as_cell(cell) for cell in _cells(row)] for row in lists.rows(sessions))
    answer = Response(text.getvalue().encode(ENCODING), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="agenda-{on.isoformat()}.csv"'
    return answer


def _heads() -> list[str]:
    return [
        gettext("Date"), gettext("From"), gettext("To"), gettext("Service"), gettext("Area"), gettext("Role"),
        gettext("Person"), gettext("State"), gettext("Session"),
    ]  # fmt: skip


def _cells(row: RotaRow) -> list[str]:
    session = row.session
    return [
        local_date(session.starts_at).isoformat(),
        f"{to_local(session.starts_at):%H:%M}",
        f"{to_local(session.ends_at):%H:%M}",
        local(session.names),
        session.area,
        str(label(row.role)) if row.role else "",
        row.person or "",
        _post(row),
        _state(session),
    ]


def _post(row: RotaRow) -> str:
    if row.post is None:
        return ""
    return {
        Post.HELD: gettext("held"),
        Post.TO_CONFIRM: gettext("to confirm"),
        Post.MISSING: gettext("missing: %(num)d", num=row.count),
        Post.WISHED: gettext("wished for: %(num)d", num=row.count),
    }[row.post]


def _state(session: SessionView) -> str:
    if session.is_cancelled:
        return gettext("cancelled")
    return gettext("moved") if session.moved_from else gettext("planned")
