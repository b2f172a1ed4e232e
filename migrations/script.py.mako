"""${message}.

Safety, before this is merged:
- it runs while nobody is served, in one transaction; what it drops is gone, so say here where it is kept or why not;
- no new column may hold what the beneficiaries' table leaves out on purpose: a legal name, a birth date, a nationality;
- tables with rows: give new NOT NULL columns a server default, and test up and down with data, on both databases;
- batch mode makes a table anew on SQLite: triggers are lost, partial indexes need both `sqlite_where` and
  `postgresql_where`;
- plain types only, nothing imported from `clinic`; then write this file's name into `migrations/HEAD`.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    """Go up."""
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    """Go back down."""
    ${downgrades if downgrades else "pass"}
