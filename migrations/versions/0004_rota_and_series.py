"""What people say of when they can; who is looked for; calls to make; crews with a wish; series that change."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_OPEN = sa.text("state = 'open'")


def upgrade() -> None:
    """Go up: what was moved or cancelled so far counts as done by hand; as many people are wished for as needed."""
    _create_availability()
    _create_series_skips()
    _create_calls()
    _create_searches()
    _create_asks()
    _add("offers", sa.Column("ended_from", sa.String(24)))
    _add("people", sa.Column("is_new", sa.Boolean()), "false")
    _extend_series()
    for table in ("series_needs", "session_needs"):
        _add(table, sa.Column("wish", sa.Integer()), "least")
    _extend_sessions()


def downgrade() -> None:
    """Go back down: what people said, searches and calls are forgotten; series keep their rule as it stands."""
    op.execute("UPDATE series SET first_on = anchor_on")
    _drop_columns(
        "sessions", "asked_to_decide_at", "accepted_shortfall", "spot", "is_by_hand", "is_added", "cancelled_at"
    )
    _drop_columns("session_needs", "wish")
    _drop_columns("series_needs", "wish")
    _drop_columns("series", "decision_time", "decision_days", "sign_off_days", "after_skip", "ended_on", "anchor_on")
    _drop_columns("people", "is_new")
    _drop_columns("offers", "ended_from")
    for table in ("asks", "searches", "recusals", "calls", "series_skips", "usual_times", "dated_availabilities"):
        op.drop_table(table)


def _drop_columns(table: str, *columns: str) -> None:
    with op.batch_alter_table(table) as batch_op:
        for column in columns:
            batch_op.drop_column(column)


def _add(table: str, column: sa.Column[object], filled_with: str | None = None) -> None:
    """Add a column; one that is filled is not null from then on."""
    with op.batch_alter_table(table) as batch_op:
        batch_op.add_column(column)
    if filled_with is None:
        return
    op.execute(f"UPDATE {table} SET {column.name} = {filled_with}")  # noqa: S608
    with op.batch_alter_table(table) as batch_op:
        batch_op.alter_column(column.name, existing_type=column.type, nullable=False)


def _extend_series() -> None:
    _add("series", sa.Column("anchor_on", sa.Date()), "first_on")
    _add("series", sa.Column("ended_on", sa.Date()))
    _add("series", sa.Column("after_skip", sa.String(24)), "'keep'")
    _add("series", sa.Column("sign_off_days", sa.Integer()), "3")
    _add("series", sa.Column("decision_days", sa.Integer()), "2")
    _add("series", sa.Column("decision_time", sa.Time()), "'18:00:00.000000'")


def _extend_sessions() -> None:
    _add("sessions", sa.Column("cancelled_at", sa.DateTime(timezone=True)))
    _add("sessions", sa.Column("is_added", sa.Boolean()), "false")
    _add("sessions", sa.Column("is_by_hand", sa.Boolean()), "(moved_from IS NOT NULL OR status = 'cancelled')")
    _add("sessions", sa.Column("spot", sa.String(200)))
    _add("sessions", sa.Column("accepted_shortfall", sa.Integer()), "0")
    _add("sessions", sa.Column("asked_to_decide_at", sa.DateTime(timezone=True)))
    op.execute("UPDATE sessions SET cancelled_at = changed_at WHERE status = 'cancelled'")


def _create_availability() -> None:
    op.create_table(
        "dated_availabilities",
        sa.Column("person_id", sa.String(16), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("can", sa.Boolean(), nullable=False),
        sa.Column("id", sa.String(16), nullable=False),
        sa.CheckConstraint("first_on <= last_on", name=op.f("ck_dated_availabilities_in_order")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_dated_availabilities_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dated_availabilities")),
    )
    with op.batch_alter_table("dated_availabilities") as batch_op:
        batch_op.create_index(batch_op.f("ix_dated_availabilities_person_id"), ["person_id"], unique=False)
    op.create_table(
        "usual_times",
        sa.Column("person_id", sa.String(16), nullable=False),
        sa.Column("weekday", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("part", sa.String(24), nullable=False),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_usual_times_weekday")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_usual_times_person_id_people")),
        sa.PrimaryKeyConstraint("person_id", "weekday", "part", name=op.f("pk_usual_times")),
    )


def _create_series_skips() -> None:
    op.create_table(
        "series_skips",
        sa.Column("series_id", sa.String(16), nullable=False),
        sa.Column("skipped_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_series_skips_series_id_series")),
        sa.PrimaryKeyConstraint("series_id", "skipped_on", name=op.f("pk_series_skips")),
    )


def _create_calls() -> None:
    op.create_table(
        "calls",
        sa.Column("session_id", sa.String(16), nullable=False),
        sa.Column("about_id", sa.String(16), nullable=False),
        sa.Column("beneficiary_id", sa.String(16), nullable=True),
        sa.Column("person_id", sa.String(16), nullable=True),
        sa.Column("change", sa.String(24), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by_id", sa.String(16), nullable=True),
        sa.Column("id", sa.String(16), nullable=False),
        sa.CheckConstraint("(beneficiary_id IS NULL) <> (person_id IS NULL)", name=op.f("ck_calls_one_person")),
        sa.ForeignKeyConstraint(
            ["beneficiary_id"], ["beneficiaries.id"], name=op.f("fk_calls_beneficiary_id_beneficiaries")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_calls_person_id_people")),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name=op.f("fk_calls_session_id_sessions")),
        sa.ForeignKeyConstraint(["settled_by_id"], ["people.id"], name=op.f("fk_calls_settled_by_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calls")),
        sa.UniqueConstraint("about_id", "change", "made_at", name=op.f("uq_calls_about_id_change_made_at")),
    )
    with op.batch_alter_table("calls") as batch_op:
        batch_op.create_index(batch_op.f("ix_calls_session_id"), ["session_id"], unique=False)


def _create_searches() -> None:
    op.create_table(
        "recusals",
        sa.Column("session_id", sa.String(16), nullable=False),
        sa.Column("person_id", sa.String(16), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_recusals_person_id_people")),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name=op.f("fk_recusals_session_id_sessions")),
        sa.PrimaryKeyConstraint("session_id", "person_id", name=op.f("pk_recusals")),
    )
    op.create_table(
        "searches",
        sa.Column("session_id", sa.String(16), nullable=False),
        sa.Column("role", sa.String(24), nullable=False),
        sa.Column("shift_id", sa.String(16), nullable=True),
        sa.Column("opened_by_id", sa.String(16), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.String(16), nullable=False),
        sa.ForeignKeyConstraint(["opened_by_id"], ["people.id"], name=op.f("fk_searches_opened_by_id_people")),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name=op.f("fk_searches_session_id_sessions")),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts.id"], name=op.f("fk_searches_shift_id_shifts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_searches")),
    )
    with op.batch_alter_table("searches") as batch_op:
        batch_op.create_index(batch_op.f("ix_searches_session_id"), ["session_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_searches_state_next_at"), ["state", "next_at"], unique=False)
        batch_op.create_index(
            "uq_searches_shift", ["shift_id"], unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN
        )


def _create_asks() -> None:
    op.create_table(
        "asks",
        sa.Column("search_id", sa.String(16), nullable=False),
        sa.Column("person_id", sa.String(16), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.String(16), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_asks_person_id_people")),
        sa.ForeignKeyConstraint(["search_id"], ["searches.id"], name=op.f("fk_asks_search_id_searches")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asks")),
        sa.UniqueConstraint("search_id", "person_id", name=op.f("uq_asks_search_id_person_id")),
        sa.UniqueConstraint("search_id", "place", name=op.f("uq_asks_search_id_place")),
    )
    with op.batch_alter_table("asks") as batch_op:
        batch_op.create_index(batch_op.f("ix_asks_person_id"), ["person_id"], unique=False)
