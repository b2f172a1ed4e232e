"""The tables of the house: people, places, sessions, the rota, appointments, workshops, calendar links."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (  # each before those it refers to
    "demonstration", "audit_entries", "occupancy", "repeats", "feed_links", "appointments",
    "beneficiaries", "workshops", "shifts", "session_needs", "sessions", "series_needs",
    "series", "closures", "places", "password_codes", "person_roles", "people",
)  # fmt: skip


def upgrade() -> None:
    """Go up: each table after those it refers to."""
    _create_people()
    _create_places()
    _create_series()
    _create_sessions()
    _create_shifts_and_workshops()
    _create_beneficiaries()
    _create_appointments()
    _create_calendar_links()
    _create_records()


def downgrade() -> None:
    """Go back down to nothing: all that was stored is gone."""
    for table in TABLES:
        op.drop_table(table)


def _create_people() -> None:
    op.create_table(
        "people",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("sign_in_name", sa.String(40), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("password_hash", sa.String(160), nullable=True),
        sa.Column("language", sa.String(8), nullable=True),
        sa.Column("session_version", sa.Integer(), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
        sa.UniqueConstraint("sign_in_name", name="uq_people_sign_in_name"),
    )
    op.create_table(
        "person_roles",
        _reference("person_roles", "person_id", "people"),
        sa.Column("role", sa.String(24), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "role", name="pk_person_roles"),
    )
    op.create_table(
        "password_codes",
        _reference("password_codes", "person_id", "people"),
        sa.Column("digest", sa.String(160), nullable=False),
        sa.Column("tries_left", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_password_codes"),
    )


def _create_places() -> None:
    op.create_table(
        "places",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("area", sa.String(80), nullable=False),
        sa.Column("spot", sa.String(200), nullable=False),
        sa.Column("publicity", sa.String(24), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_places"),
    )
    op.create_table(
        "closures",
        sa.Column("id", sa.String(16), nullable=False),
        _reference("closures", "place_id", "places", nullable=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.CheckConstraint("first_on <= last_on", name=op.f("ck_closures_in_order")),
        sa.PrimaryKeyConstraint("id", name="pk_closures"),
    )


def _create_series() -> None:
    op.create_table(
        "series",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("name_fr", sa.String(80), nullable=False),
        sa.Column("name_en", sa.String(80), nullable=False),
        sa.Column("agenda_word_fr", sa.String(24), nullable=False),
        sa.Column("agenda_word_en", sa.String(24), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("rule", sa.String(120), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("made_until", sa.Date(), nullable=False),
        sa.Column("keeps_closed_days", sa.Boolean(), nullable=False),
        sa.Column("starts", sa.Time(), nullable=False),
        sa.Column("ends", sa.Time(), nullable=False),
        _reference("series", "place_id", "places"),
        sa.Column("desks", sa.Integer(), nullable=False),
        sa.Column("slot_minutes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_series"),
    )
    op.create_table(
        "series_needs",
        _reference("series_needs", "series_id", "series"),
        sa.Column("role", sa.String(24), nullable=False),
        sa.Column("least", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("series_id", "role", name="pk_series_needs"),
    )


def _create_sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(16), nullable=False),
        _reference("sessions", "series_id", "series"),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moved_from", sa.DateTime(timezone=True), nullable=True),
        _reference("sessions", "place_id", "places"),
        sa.Column("desks", sa.Integer(), nullable=False),
        sa.Column("slot_minutes", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(24), nullable=False),
        sa.Column("cancel_reason", sa.String(24), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_sessions_in_order")),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        sa.UniqueConstraint("series_id", "planned_on", name="uq_sessions_series_id_planned_on"),
    )
    op.create_index("ix_sessions_ends_at", "sessions", ["ends_at"])
    op.create_index("ix_sessions_starts_at", "sessions", ["starts_at"])
    op.create_table(
        "session_needs",
        _reference("session_needs", "session_id", "sessions"),
        sa.Column("role", sa.String(24), nullable=False),
        sa.Column("least", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("session_id", "role", name="pk_session_needs"),
    )


def _create_shifts_and_workshops() -> None:
    op.create_table(
        "shifts",
        sa.Column("id", sa.String(16), nullable=False),
        _reference("shifts", "session_id", "sessions"),
        _reference("shifts", "person_id", "people"),
        sa.Column("role", sa.String(24), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("uid", sa.String(36), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_shifts"),
        sa.UniqueConstraint("session_id", "person_id", name="uq_shifts_session_id_person_id"),
        sa.UniqueConstraint("uid", name="uq_shifts_uid"),
    )
    op.create_index("ix_shifts_person_id", "shifts", ["person_id"])
    op.create_table(
        "workshops",
        _reference("workshops", "session_id", "sessions"),
        sa.Column("film", sa.String(120), nullable=False),
        sa.Column("speaker", sa.String(120), nullable=True),
        sa.Column("affiliation", sa.String(120), nullable=True),
        sa.Column("topic_fr", sa.String(200), nullable=False),
        sa.Column("topic_en", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("session_id", name="pk_workshops"),
    )


def _create_beneficiaries() -> None:
    op.create_table(
        "beneficiaries",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("alias", sa.String(40), nullable=False),
        sa.Column("alias_digest", sa.String(64), nullable=False),
        _reference("beneficiaries", "mediator_id", "people"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_beneficiaries"),
    )
    op.create_index(
        "ix_beneficiaries_mediator_id_alias_digest", "beneficiaries", ["mediator_id", "alias_digest"], unique=True
    )


def _create_appointments() -> None:
    op.create_table(
        "appointments",
        sa.Column("id", sa.String(16), nullable=False),
        _reference("appointments", "session_id", "sessions"),
        _reference("appointments", "beneficiary_id", "beneficiaries"),
        _reference("appointments", "booked_by_id", "people"),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("desk", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(3), nullable=False),
        sa.Column("topic", sa.String(24), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_appointments"),
    )
    op.create_index("ix_appointments_booked_by_id", "appointments", ["booked_by_id"])
    op.create_index("ix_appointments_session_id", "appointments", ["session_id"])
    booked = sa.text("state = 'booked'")
    op.create_index(
        "uq_appointments_desk",
        "appointments",
        ["session_id", "starts_at", "desk"],
        unique=True,
        sqlite_where=booked,
        postgresql_where=booked,
    )


def _create_calendar_links() -> None:
    op.create_table(
        "feed_links",
        sa.Column("id", sa.String(16), nullable=False),
        _reference("feed_links", "person_id", "people"),
        sa.Column("token_digest", sa.String(64), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("detail", sa.String(24), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_fetched_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_feed_links"),
        sa.UniqueConstraint("token_digest", name="uq_feed_links_token_digest"),
    )
    op.create_index("ix_feed_links_person_id", "feed_links", ["person_id"])


def _create_records() -> None:
    op.create_table(
        "repeats",
        _reference("repeats", "person_id", "people"),
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("result_id", sa.String(16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "key", name="pk_repeats"),
    )
    op.create_index("ix_repeats_at", "repeats", ["at"])
    op.create_table(
        "occupancy",
        sa.Column("resource", sa.String(40), nullable=False),
        sa.Column("quantum", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("holder", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("resource", "quantum", name="pk_occupancy"),
    )
    op.create_index("ix_occupancy_holder", "occupancy", ["holder"])
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.String(16), nullable=True),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("object_id", sa.String(16), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_audit_entries"),
    )
    op.create_index("ix_audit_entries_at", "audit_entries", ["at"])
    op.create_table(
        "demonstration",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("around_on", sa.Date(), nullable=False),
        sa.Column("audit_entries", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_demonstration_one_row")),
        sa.PrimaryKeyConstraint("id", name="pk_demonstration"),
    )


def _reference(table: str, column: str, to: str, *, nullable: bool = False) -> sa.Column[str]:
    refers = sa.ForeignKey(f"{to}.id", name=f"fk_{table}_{column}_{to}")
    return sa.Column(column, sa.String(16), refers, nullable=nullable)
