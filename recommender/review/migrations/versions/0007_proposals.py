"""A request for changes may carry an edit, as a patch."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Keep the edit beside the request. Requests of before carry none."""
    op.add_column("review", sa.Column("proposal", sa.JSON()))


def downgrade() -> None:
    """Take it back.

    Raises:
        RuntimeError: a request carries an edit, which an older version could not tell.
    """
    if op.get_bind().exec_driver_sql("SELECT 1 FROM review WHERE proposal IS NOT NULL").first() is not None:
        raise RuntimeError("The record holds proposed edits. An older version cannot tell that.")
    op.drop_column("review", "proposal")
