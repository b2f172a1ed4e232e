"""The outbox: notices, how people wish to be told, and where."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Go up: an address for each person, what she chose, and the outbox."""
    with op.batch_alter_table("people") as people:
        people.add_column(sa.Column("email", sa.String(254), nullable=True))
    op.create_table(
        "message_choices",
        sa.Column("person_id", sa.String(16), nullable=False),
        sa.Column("channel", sa.String(24), nullable=False),
        sa.Column("is_shared", sa.String(24), nullable=False),
        sa.Column("chosen_at", _INSTANT, nullable=False),
        sa.Column("confirmed_at", _INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_message_choices_person_id_people"),
        sa.PrimaryKeyConstraint("person_id", name="pk_message_choices"),
    )
    _create_notices()


def downgrade() -> None:
    """Go back down: what waited is not sent, what was chosen is forgotten."""
    op.drop_table("notices")
    op.drop_table("message_choices")
    with op.batch_alter_table("people") as people:
        people.drop_column("email")


def _create_notices() -> None:
    op.create_table(
        "notices",
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("person_id", sa.String(16), nullable=False),
        sa.Column("about_id", sa.String(16), nullable=False),
        sa.Column("session_id", sa.String(16), nullable=False),
        sa.Column("starts_at", _INSTANT, nullable=False),
        sa.Column("was_starts_at", _INSTANT, nullable=True),
        sa.Column("was_ends_at", _INSTANT, nullable=True),
        sa.Column("was_place_id", sa.String(16), nullable=True),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("code", sa.String(24), nullable=True),
        sa.Column("message_token", sa.String(32), nullable=False),
        sa.Column("planned_at", _INSTANT, nullable=False),
        sa.Column("due_at", _INSTANT, nullable=False),
        sa.Column("valid_until", _INSTANT, nullable=False),
        sa.Column("next_at", _INSTANT, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("claim", sa.String(32), nullable=True),
        sa.Column("lease_until", _INSTANT, nullable=True),
        sa.Column("ended_at", _INSTANT, nullable=True),
        sa.Column("id", sa.String(16), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_notices_person_id_people"),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name="fk_notices_session_id_sessions"),
        sa.ForeignKeyConstraint(["was_place_id"], ["places.id"], name="fk_notices_was_place_id_places"),
        sa.PrimaryKeyConstraint("id", name="pk_notices"),
        sa.UniqueConstraint("message_token", name="uq_notices_message_token"),
        sa.UniqueConstraint(
            "person_id", "about_id", "kind", "due_at", name="uq_notices_person_id_about_id_kind_due_at"
        ),
    )
    op.create_index("ix_notices_state_next_at", "notices", ["state", "next_at"])
    op.create_index("ix_notices_about_id", "notices", ["about_id"])
    op.create_index("ix_notices_session_id", "notices", ["session_id"])
