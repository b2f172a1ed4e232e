"""Interpreters, their needs and offers; registrations for workshops; holds with an end."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go up: what interpreters speak, who is needed and asked, who comes to workshops."""
    _create_interpreters()
    _create_registrations()
    _create_needs()
    _create_offers()
    with op.batch_alter_table("occupancy") as batch_op:
        batch_op.add_column(sa.Column("until", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("workshops") as batch_op:
        batch_op.add_column(sa.Column("content_note_fr", sa.String(200), nullable=True))
        batch_op.add_column(sa.Column("content_note_en", sa.String(200), nullable=True))
        batch_op.add_column(sa.Column("language", sa.String(3), nullable=True))
        batch_op.add_column(sa.Column("capacity", sa.Integer(), server_default="12", nullable=False))


def downgrade() -> None:
    """Go back down: interpreters and registrations are forgotten, and what they held is free."""
    for table in ("offers", "registrations"):
        op.execute(f"DELETE FROM occupancy WHERE holder IN (SELECT id FROM {table})")  # noqa: S608
    with op.batch_alter_table("workshops") as batch_op:
        batch_op.drop_column("capacity")
        batch_op.drop_column("language")
        batch_op.drop_column("content_note_en")
        batch_op.drop_column("content_note_fr")

    with op.batch_alter_table("occupancy") as batch_op:
        batch_op.drop_column("until")

    with op.batch_alter_table("offers") as batch_op:
        batch_op.drop_index(
            "uq_offers_accepted",
            sqlite_where=sa.text("state = 'accepted'"),
            postgresql_where=sa.text("state = 'accepted'"),
        )
        batch_op.drop_index("ix_offers_person_id")

    op.drop_table("offers")
    with op.batch_alter_table("interpreter_needs") as batch_op:
        batch_op.drop_index("ix_interpreter_needs_session_id")

    op.drop_table("interpreter_needs")
    with op.batch_alter_table("registrations") as batch_op:
        batch_op.drop_index("ix_registrations_person_id")

    op.drop_table("registrations")
    op.drop_table("spoken_languages")
    op.drop_table("interpreters")


def _create_interpreters() -> None:
    op.create_table(
        "interpreters",
        sa.Column("person_id", sa.String(16), nullable=False),
        sa.Column("comes_on_site", sa.Boolean(), nullable=False),
        sa.Column("phone", sa.String(24), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_interpreters_person_id_people"),
        sa.PrimaryKeyConstraint("person_id", name="pk_interpreters"),
    )
    op.create_table(
        "spoken_languages",
        sa.Column("person_id", sa.String(16), nullable=False),
        sa.Column("language", sa.String(3), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["interpreters.person_id"], name="fk_spoken_languages_person_id_interpreters"
        ),
        sa.PrimaryKeyConstraint("person_id", "language", name="pk_spoken_languages"),
    )


def _create_registrations() -> None:
    op.create_table(
        "registrations",
        sa.Column("session_id", sa.String(16), nullable=False),
        sa.Column("person_id", sa.String(16), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attendance", sa.String(24), nullable=False),
        sa.Column("uid", sa.String(36), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.String(16), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_registrations_person_id_people"),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name="fk_registrations_session_id_sessions"),
        sa.PrimaryKeyConstraint("id", name="pk_registrations"),
        sa.UniqueConstraint("session_id", "person_id", name="uq_registrations_session_id_person_id"),
        sa.UniqueConstraint("session_id", "seat", name="uq_registrations_session_id_seat"),
        sa.UniqueConstraint("uid", name="uq_registrations_uid"),
    )
    with op.batch_alter_table("registrations") as batch_op:
        batch_op.create_index("ix_registrations_person_id", ["person_id"], unique=False)


def _create_needs() -> None:
    op.create_table(
        "interpreter_needs",
        sa.Column("session_id", sa.String(16), nullable=False),
        sa.Column("appointment_id", sa.String(16), nullable=True),
        sa.Column("language", sa.String(3), nullable=False),
        sa.Column("modality", sa.String(24), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("asked_by_id", sa.String(16), nullable=False),
        sa.Column("id", sa.String(16), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_interpreter_needs_in_order")),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointments.id"], name="fk_interpreter_needs_appointment_id_appointments"
        ),
        sa.ForeignKeyConstraint(["asked_by_id"], ["people.id"], name="fk_interpreter_needs_asked_by_id_people"),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name="fk_interpreter_needs_session_id_sessions"),
        sa.PrimaryKeyConstraint("id", name="pk_interpreter_needs"),
        sa.UniqueConstraint("appointment_id", name="uq_interpreter_needs_appointment_id"),
    )
    with op.batch_alter_table("interpreter_needs") as batch_op:
        batch_op.create_index("ix_interpreter_needs_session_id", ["session_id"], unique=False)


def _create_offers() -> None:
    op.create_table(
        "offers",
        sa.Column("need_id", sa.String(16), nullable=False),
        sa.Column("person_id", sa.String(16), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uid", sa.String(36), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.String(16), nullable=False),
        sa.ForeignKeyConstraint(["need_id"], ["interpreter_needs.id"], name="fk_offers_need_id_interpreter_needs"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_offers_person_id_people"),
        sa.PrimaryKeyConstraint("id", name="pk_offers"),
        sa.UniqueConstraint("need_id", "person_id", name="uq_offers_need_id_person_id"),
        sa.UniqueConstraint("uid", name="uq_offers_uid"),
    )
    with op.batch_alter_table("offers") as batch_op:
        batch_op.create_index("ix_offers_person_id", ["person_id"], unique=False)
        batch_op.create_index(
            "uq_offers_accepted",
            ["need_id"],
            unique=True,
            sqlite_where=sa.text("state = 'accepted'"),
            postgresql_where=sa.text("state = 'accepted'"),
        )
