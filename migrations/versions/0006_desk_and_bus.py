"""The desk and the bus: sealed aliases and topics, who must be there, holds, the queue, exclusions, meetings."""

from __future__ import annotations

import hashlib
from typing import Any

import sqlalchemy as sa
from alembic import op

from clinic.domain.text import look_up_form
from clinic.models import sealed  # what was plain so far is sealed here, and nothing else knows how

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ALIAS, _TOPIC = "beneficiaries.alias", "appointments.topic"
_id = sa.String(16)
_code = sa.String(24)
_Type = sa.types.TypeEngine[Any]
_instant = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Go up: aliases and topics are sealed, and the digests by which aliases are found again are keyed."""
    _recast("beneficiaries", "alias", sa.String(40), sa.LargeBinary())
    _recast("appointments", "topic", _code, sa.LargeBinary())
    _seal_aliases()
    _carry("appointments", "was_topic", "topic", None, sealed.Sealed(_TOPIC))
    for table, column in (("beneficiaries", "was_alias"), ("appointments", "was_topic")):
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_column(column)
    with op.batch_alter_table("beneficiaries") as batch_op:
        batch_op.alter_column("alias_digest", existing_type=sa.String(64), nullable=True)
        batch_op.add_column(sa.Column("stand_in_id", _id))
        batch_op.add_column(sa.Column("languages", sa.String(40)))
        batch_op.create_foreign_key(
            batch_op.f("fk_beneficiaries_stand_in_id_people"), "people", ["stand_in_id"], ["id"]
        )
        batch_op.create_index(batch_op.f("ix_beneficiaries_stand_in_id"), ["stand_in_id"], unique=False)
    op.execute("UPDATE beneficiaries SET languages = ''")
    with op.batch_alter_table("beneficiaries") as batch_op:
        batch_op.alter_column("languages", existing_type=sa.String(40), nullable=False)
    _open_appointments()
    _create_attending()
    _create_disclosures()
    _create_exclusions()
    _create_visits()
    _create_meetings()


def downgrade() -> None:
    """Go back down: aliases and topics lie open again; holds, exclusions, the queue and meetings are lost."""
    for table in ("meeting_words", "meetings", "visits", "exclusions", "disclosures", "attending"):
        op.drop_table(table)
    op.execute("DELETE FROM appointments WHERE state IN ('held', 'lapsed')")
    op.drop_index("uq_appointments_desk", table_name="appointments")
    with op.batch_alter_table("appointments") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_appointments_held_until"), type_="check")
        batch_op.drop_index(batch_op.f("ix_appointments_beneficiary_id"))
        batch_op.drop_index(batch_op.f("ix_appointments_held_until"))
        for column in ("held_until", "outcome", "follow_up"):
            batch_op.drop_column(column)
    _desk_index("state = 'booked'")
    with op.batch_alter_table("beneficiaries") as batch_op:
        batch_op.drop_index(batch_op.f("ix_beneficiaries_stand_in_id"))
        batch_op.drop_constraint(batch_op.f("fk_beneficiaries_stand_in_id_people"), type_="foreignkey")
        batch_op.drop_column("stand_in_id")
        batch_op.drop_column("languages")
    _recast("beneficiaries", "alias", sa.LargeBinary(), sa.String(40))
    _recast("appointments", "topic", sa.LargeBinary(), _code)
    _open_aliases()
    _carry("appointments", "was_topic", "topic", sealed.Sealed(_TOPIC), None)
    op.execute("UPDATE appointments SET topic = 'other' WHERE topic IS NULL")
    for table, old, new, kind in (
        ("beneficiaries", "was_alias", "alias", sa.String(40)),
        ("appointments", "was_topic", "topic", _code),
    ):
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_column(old)
            batch_op.alter_column(new, existing_type=kind, nullable=False)
    with op.batch_alter_table("beneficiaries") as batch_op:
        batch_op.alter_column("alias_digest", existing_type=sa.String(64), nullable=False)


def _recast(table: str, column: str, old: _Type, new: _Type) -> None:
    """Make room for a column of another type; what the old one holds stands in `was_…`."""
    with op.batch_alter_table(table) as batch_op:
        batch_op.alter_column(column, existing_type=old, new_column_name=f"was_{column}", nullable=True)
    with op.batch_alter_table(table) as batch_op:
        batch_op.add_column(sa.Column(column, new))


def _carry(
    table: str,
    old: str,
    new: str,
    old_type: _Type | None,
    new_type: _Type | None,
) -> None:
    rows = sa.table(table, sa.column("id"), sa.column(old, old_type), sa.column(new, new_type))
    for row_id, value in op.get_bind().execute(sa.select(rows.c.id, rows.c[old])).all():
        op.execute(rows.update().where(rows.c.id == row_id).values({new: value}))


def _seal_aliases() -> None:
    rows = _beneficiaries("was_alias", None, "alias", sealed.Sealed(_ALIAS))
    for row_id, alias in op.get_bind().execute(sa.select(rows.c.id, rows.c.was_alias)).all():
        digest = sealed.digest(look_up_form(alias), _ALIAS)
        op.execute(rows.update().where(rows.c.id == row_id).values(alias=alias, alias_digest=digest))


def _open_aliases() -> None:
    """Whoever had no alias needs one again: a part of her id."""
    rows = _beneficiaries("was_alias", sealed.Sealed(_ALIAS), "alias", None)
    for row_id, alias in op.get_bind().execute(sa.select(rows.c.id, rows.c.was_alias)).all():
        opened = alias or row_id[:8]
        digest = hashlib.sha256(look_up_form(opened).encode()).hexdigest()
        op.execute(rows.update().where(rows.c.id == row_id).values(alias=opened, alias_digest=digest))


def _beneficiaries(old: str, old_type: _Type | None, new: str, new_type: _Type | None) -> sa.TableClause:
    columns = sa.column(old, old_type), sa.column(new, new_type)
    return sa.table("beneficiaries", sa.column("id"), sa.column("alias_digest"), *columns)


def _open_appointments() -> None:
    op.drop_index("uq_appointments_desk", table_name="appointments")
    with op.batch_alter_table("appointments") as batch_op:
        batch_op.add_column(sa.Column("held_until", _instant))
        batch_op.add_column(sa.Column("outcome", _code))
        batch_op.add_column(sa.Column("follow_up", _code))
        batch_op.create_check_constraint(
            batch_op.f("ck_appointments_held_until"), "(state = 'held') = (held_until IS NOT NULL)"
        )
        for column in ("beneficiary_id", "held_until"):
            batch_op.create_index(batch_op.f(f"ix_appointments_{column}"), [column], unique=False)
    _desk_index("state IN ('booked', 'held')")


def _desk_index(which: str) -> None:
    where = sa.text(which)
    columns = ["session_id", "starts_at", "desk"]
    op.create_index(
        "uq_appointments_desk", "appointments", columns, unique=True, sqlite_where=where, postgresql_where=where
    )


def _create_attending() -> None:
    op.create_table(
        "attending",
        sa.Column("appointment_id", _id, nullable=False),
        sa.Column("part", _code, nullable=False),
        sa.Column("person_id", _id, nullable=True),
        sa.Column("modality", _code, nullable=True),
        _refers("attending", "appointment_id", "appointments"),
        _refers("attending", "person_id", "people"),
        sa.PrimaryKeyConstraint("appointment_id", "part", name=op.f("pk_attending")),
    )
    op.create_index(op.f("ix_attending_person_id"), "attending", ["person_id"], unique=False)


def _create_disclosures() -> None:
    op.create_table(
        "disclosures",
        sa.Column("appointment_id", _id, nullable=False),
        sa.Column("person_id", _id, nullable=False),
        sa.Column("opened_by_id", _id, nullable=False),
        sa.Column("opened_at", _instant, nullable=False),
        sa.Column("until", _instant, nullable=False),
        sa.Column("id", _id, nullable=False),
        _refers("disclosures", "appointment_id", "appointments"),
        _refers("disclosures", "person_id", "people"),
        _refers("disclosures", "opened_by_id", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disclosures")),
    )
    op.create_index(op.f("ix_disclosures_person_id_until"), "disclosures", ["person_id", "until"], unique=False)
    op.create_index(op.f("ix_disclosures_appointment_id"), "disclosures", ["appointment_id"], unique=False)


def _create_exclusions() -> None:
    op.create_table(
        "exclusions",
        sa.Column("beneficiary_id", _id, nullable=False),
        sa.Column("pair_digest", sa.String(64), nullable=False),
        sa.Column("side", _code, nullable=False),
        _refers("exclusions", "beneficiary_id", "beneficiaries"),
        sa.PrimaryKeyConstraint("beneficiary_id", "pair_digest", "side", name=op.f("pk_exclusions")),
    )


def _create_visits() -> None:
    op.create_table(
        "visits",
        sa.Column("session_id", _id, nullable=False),
        sa.Column("beneficiary_id", _id, nullable=False),
        sa.Column("appointment_id", _id, nullable=True),
        sa.Column("added_by_id", _id, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(3), nullable=False),
        sa.Column("topic", sa.LargeBinary(), nullable=True),
        sa.Column("arrived_at", _instant, nullable=False),
        sa.Column("state", _code, nullable=False),
        sa.Column("since", _instant, nullable=False),
        sa.Column("with_id", _id, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", _id, nullable=False),
        sa.CheckConstraint("state <> 'seen' OR with_id IS NOT NULL", name=op.f("ck_visits_seen_by")),
        _refers("visits", "session_id", "sessions"),
        _refers("visits", "beneficiary_id", "beneficiaries"),
        _refers("visits", "appointment_id", "appointments"),
        _refers("visits", "added_by_id", "people"),
        _refers("visits", "with_id", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visits")),
        sa.UniqueConstraint("session_id", "number", name=op.f("uq_visits_session_id_number")),
        sa.UniqueConstraint("appointment_id", name=op.f("uq_visits_appointment_id")),
    )
    seen = sa.text("state = 'seen'")
    columns = ["session_id", "with_id"]
    op.create_index("uq_visits_with", "visits", columns, unique=True, sqlite_where=seen, postgresql_where=seen)
    op.create_index(op.f("ix_visits_beneficiary_id"), "visits", ["beneficiary_id"], unique=False)


def _create_meetings() -> None:
    op.create_table(
        "meetings",
        sa.Column("beneficiary_id", _id, nullable=False),
        sa.Column("peer_id", _id, nullable=False),
        sa.Column("agreed_by_id", _id, nullable=False),
        sa.Column("starts_at", _instant, nullable=False),
        sa.Column("ends_at", _instant, nullable=False),
        sa.Column("language", sa.String(3), nullable=False),
        sa.Column("state", _code, nullable=False),
        sa.Column("outcome", _code, nullable=True),
        sa.Column("uid", sa.String(36), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("changed_at", _instant, nullable=False),
        sa.Column("id", _id, nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_meetings_in_order")),
        _refers("meetings", "beneficiary_id", "beneficiaries"),
        _refers("meetings", "peer_id", "people"),
        _refers("meetings", "agreed_by_id", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetings")),
        sa.UniqueConstraint("uid", name=op.f("uq_meetings_uid")),
    )
    op.create_index(op.f("ix_meetings_peer_id_starts_at"), "meetings", ["peer_id", "starts_at"], unique=False)
    op.create_index(op.f("ix_meetings_beneficiary_id"), "meetings", ["beneficiary_id"], unique=False)
    _create_meeting_words()


def _create_meeting_words() -> None:
    op.create_table(
        "meeting_words",
        sa.Column("meeting_id", _id, nullable=False),
        sa.Column("person_id", _id, nullable=True),
        sa.Column("at", _instant, nullable=False),
        sa.Column("starts_at", _instant, nullable=True),
        sa.Column("id", _id, nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_meeting_words_meeting_id_meetings"), ondelete="CASCADE"
        ),
        _refers("meeting_words", "person_id", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_words")),
    )
    op.create_index(op.f("ix_meeting_words_meeting_id"), "meeting_words", ["meeting_id"], unique=False)


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}_{to}"))
