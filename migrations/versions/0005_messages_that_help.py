"""Safe contact, sealed, in the place of plain addresses; notices to those who are helped; valves; proof of the keys."""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

from clinic.models import sealed  # what was plain so far is sealed here, and nothing else knows how

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_PLACE, _PHONE = "contacts.said", "interpreters.phone"
_instant = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Go up: addresses and telephone numbers are sealed; whoever had an address and made no choice gets mail."""
    _create_key_proofs()
    _create_valves()
    _create_contacts()
    _create_contact_tasks()
    _seal_addresses()
    op.drop_table("message_choices")
    with op.batch_alter_table("people") as batch_op:
        batch_op.drop_column("email")
    _seal_phones()
    _add("audit_entries", sa.Column("reason", sa.String(24)))
    _add("appointments", sa.Column("booked_at", _instant), "changed_at")
    _add("series", sa.Column("reminders_crew", sa.String(80)), "'48h 1d@14'")
    _add("series", sa.Column("reminders_people", sa.String(80)), "'1d@14'")
    _open_notices()


def downgrade() -> None:
    """Go back down: addresses and numbers lie open again; what was said to those who are helped is forgotten."""
    op.execute("DELETE FROM notices WHERE person_id IS NULL OR session_id IS NULL")
    with op.batch_alter_table("notices") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_notices_one_reader"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_notices_beneficiary_id_beneficiaries"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("uq_notices_beneficiary_id_about_id_kind_due_at"), type_="unique")
        batch_op.drop_index(batch_op.f("ix_notices_state_ended_at"))
        batch_op.alter_column("session_id", existing_type=sa.String(16), nullable=False)
        batch_op.alter_column("person_id", existing_type=sa.String(16), nullable=False)
        batch_op.drop_column("went_by")
        batch_op.drop_column("beneficiary_id")
    for table, columns in {
        "series": ("reminders_people", "reminders_crew"),
        "audit_entries": ("reason",),
        "appointments": ("booked_at",),
    }.items():
        with op.batch_alter_table(table) as batch_op:
            for column in columns:
                batch_op.drop_column(column)
    _open_phones()
    _open_addresses()
    for table in ("contact_tasks", "contacts", "valves", "key_proofs"):
        op.drop_table(table)


def _add(table: str, column: sa.Column[object], filled_with: str | None = None) -> None:
    """Add a column; one that is filled is not null from then on."""
    with op.batch_alter_table(table) as batch_op:
        batch_op.add_column(column)
    if filled_with is None:
        return
    op.execute(f"UPDATE {table} SET {column.name} = {filled_with}")  # noqa: S608
    with op.batch_alter_table(table) as batch_op:
        batch_op.alter_column(column.name, existing_type=column.type, nullable=False)


def _open_notices() -> None:
    with op.batch_alter_table("notices") as batch_op:
        batch_op.add_column(sa.Column("beneficiary_id", sa.String(16)))
        batch_op.add_column(sa.Column("went_by", sa.String(24)))
        batch_op.alter_column("person_id", existing_type=sa.String(16), nullable=True)
        batch_op.alter_column("session_id", existing_type=sa.String(16), nullable=True)
        batch_op.create_index(batch_op.f("ix_notices_state_ended_at"), ["state", "ended_at"], unique=False)
        batch_op.create_unique_constraint(
            batch_op.f("uq_notices_beneficiary_id_about_id_kind_due_at"),
            ["beneficiary_id", "about_id", "kind", "due_at"],
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_notices_beneficiary_id_beneficiaries"), "beneficiaries", ["beneficiary_id"], ["id"]
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_notices_one_reader"), "(beneficiary_id IS NULL) <> (person_id IS NULL)"
        )


def _seal_addresses() -> None:
    """Carry addresses and choices over; the digests by which replies are looked up are of mail addresses alone here."""
    rows = op.get_bind().execute(
        sa.text(
            "SELECT people.id, people.email, people.created_at, kept.channel, kept.is_shared, kept.chosen_at,"
            " kept.confirmed_at FROM people LEFT JOIN message_choices AS kept ON kept.person_id = people.id"
            " WHERE people.email IS NOT NULL OR kept.person_id IS NOT NULL"
        ).columns(created_at=_instant, chosen_at=_instant, confirmed_at=_instant)
    )
    kept = [
        {
            "id": secrets.token_hex(8),
            "person_id": row.id,
            "said": _choice(row.channel or "mail", row.is_shared or "unknown", row.email),
            "email_digest": sealed.digest(row.email.casefold(), "contacts.email") if row.email else None,
            "chosen_at": row.chosen_at or row.created_at,
            "confirmed_at": row.confirmed_at,
        }
        for row in rows
    ]
    if kept:
        op.bulk_insert(_contacts(), kept)


def _choice(channel: str, is_shared: str, email: str | None) -> dict[str, object]:
    return {
        "channel": channel,
        "is_shared": is_shared,
        "number": None,
        "email": email,
        "hours": None,
        "language": None,
        "wording": "plain",
        "names_place": False,
        "signs_off": False,
        "is_minor": False,
        "coordinator_agrees": False,
        "detail": "discreet",
    }


def _open_addresses() -> None:
    op.create_table(
        "message_choices",
        sa.Column("person_id", sa.String(16), nullable=False),
        sa.Column("channel", sa.String(24), nullable=False),
        sa.Column("is_shared", sa.String(24), nullable=False),
        sa.Column("chosen_at", _instant, nullable=False),
        sa.Column("confirmed_at", _instant, nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_message_choices_person_id_people")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_message_choices")),
    )
    _add("people", sa.Column("email", sa.String(254)))
    kept = sa.table("message_choices", *(sa.column(name) for name in ("person_id", "channel", "is_shared")))
    kept.append_column(sa.column("chosen_at", _instant))
    kept.append_column(sa.column("confirmed_at", _instant))
    people = sa.table("people", sa.column("id"), sa.column("email"), sa.column("created_at", _instant))
    contacts = _contacts()
    rows = sa.select(contacts, people.c.created_at).join(people, people.c.id == contacts.c.person_id)
    for row in op.get_bind().execute(rows).all():
        channel = row.said["channel"] if row.said["channel"] == "mail" and row.suspended is None else "none"
        op.execute(people.update().where(people.c.id == row.person_id).values(email=row.said["email"]))
        if channel == "mail" and row.chosen_at == row.created_at:
            continue  # as `_seal_addresses` left an address without a choice
        values = {"person_id": row.person_id, "channel": channel, "is_shared": row.said["is_shared"]}
        op.execute(kept.insert().values(**values, chosen_at=row.chosen_at, confirmed_at=row.confirmed_at))


def _contacts() -> sa.TableClause:
    return sa.table(
        "contacts",
        sa.column("id"),
        sa.column("person_id"),
        sa.column("said", sealed.SealedJson(_PLACE)),
        sa.column("email_digest"),
        sa.column("suspended"),
        sa.column("chosen_at", _instant),
        sa.column("confirmed_at", _instant),
    )


def _seal_phones() -> None:
    _add("interpreters", sa.Column("sealed_phone", sa.LargeBinary()))
    _carry_phones("phone", sa.String(24), "sealed_phone", sealed.Sealed(_PHONE))
    with op.batch_alter_table("interpreters") as batch_op:
        batch_op.drop_column("phone")
    with op.batch_alter_table("interpreters") as batch_op:
        batch_op.alter_column("sealed_phone", existing_type=sa.LargeBinary(), new_column_name="phone")


def _open_phones() -> None:
    _add("interpreters", sa.Column("open_phone", sa.String(24)))
    _carry_phones("phone", sealed.Sealed(_PHONE), "open_phone", sa.String(24))
    with op.batch_alter_table("interpreters") as batch_op:
        batch_op.drop_column("phone")
    with op.batch_alter_table("interpreters") as batch_op:
        batch_op.alter_column("open_phone", existing_type=sa.String(24), new_column_name="phone")


def _carry_phones(old: str, old_type: sa.types.TypeEngine[str], new: str, new_type: sa.types.TypeEngine[str]) -> None:
    interpreters = sa.table("interpreters", sa.column("person_id"), sa.column(old, old_type), sa.column(new, new_type))
    for person_id, phone, _ in op.get_bind().execute(sa.select(interpreters)).all():
        this = interpreters.update().where(interpreters.c.person_id == person_id)
        op.execute(this.values({new: phone}))


def _create_key_proofs() -> None:
    op.create_table(
        "key_proofs",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("proof", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_key_proofs_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key_proofs")),
    )


def _create_valves() -> None:
    op.create_table(
        "valves",
        sa.Column("channel", sa.String(24), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(24), nullable=True),
        sa.Column("open_until", _instant, nullable=True),
        sa.Column("held", sa.String(24), nullable=True),
        sa.Column("held_at", _instant, nullable=True),
        sa.Column("released_at", _instant, nullable=True),
        sa.Column("released_by_id", sa.String(16), nullable=True),
        sa.Column("seen_at", _instant, nullable=True),
        sa.ForeignKeyConstraint(["released_by_id"], ["people.id"], name=op.f("fk_valves_released_by_id_people")),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_valves")),
    )


def _create_contacts() -> None:
    op.create_table(
        "contacts",
        sa.Column("person_id", sa.String(16), nullable=True),
        sa.Column("beneficiary_id", sa.String(16), nullable=True),
        sa.Column("said", sa.LargeBinary(), nullable=False),
        sa.Column("number_digest", sa.String(64), nullable=True),
        sa.Column("email_digest", sa.String(64), nullable=True),
        sa.Column("chosen_at", _instant, nullable=False),
        sa.Column("confirmed_at", _instant, nullable=True),
        sa.Column("suspended", sa.String(24), nullable=True),
        sa.Column("suspended_at", _instant, nullable=True),
        sa.Column("id", sa.String(16), nullable=False),
        sa.CheckConstraint("(beneficiary_id IS NULL) <> (person_id IS NULL)", name=op.f("ck_contacts_one_person")),
        sa.ForeignKeyConstraint(
            ["beneficiary_id"], ["beneficiaries.id"], name=op.f("fk_contacts_beneficiary_id_beneficiaries")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_contacts_person_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contacts")),
        sa.UniqueConstraint("beneficiary_id", name=op.f("uq_contacts_beneficiary_id")),
        sa.UniqueConstraint("person_id", name=op.f("uq_contacts_person_id")),
    )


def _create_contact_tasks() -> None:
    op.create_table(
        "contact_tasks",
        sa.Column("contact_id", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("notice_id", sa.String(16), nullable=True),
        sa.Column("made_at", _instant, nullable=False),
        sa.Column("done_at", _instant, nullable=True),
        sa.Column("done_by_id", sa.String(16), nullable=True),
        sa.Column("id", sa.String(16), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f("fk_contact_tasks_contact_id_contacts")),
        sa.ForeignKeyConstraint(["done_by_id"], ["people.id"], name=op.f("fk_contact_tasks_done_by_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_tasks")),
    )
    for table, columns in {
        "contacts": ("number_digest", "email_digest", "chosen_at"),
        "contact_tasks": ("contact_id", "done_at"),
    }.items():
        with op.batch_alter_table(table) as batch_op:
            for column in columns:
                batch_op.create_index(batch_op.f(f"ix_{table}_{column}"), [column], unique=False)
