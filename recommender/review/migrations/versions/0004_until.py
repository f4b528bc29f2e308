"""What is put off is so until a day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Keep the day. What was put off before had none, and is due."""
    op.add_column("review", sa.Column("until", sa.Date()))


def downgrade() -> None:
    """Take it back.

    Raises:
        RuntimeError: something is put off until a day, which an older version could not tell.
    """
    if op.get_bind().exec_driver_sql("SELECT 1 FROM review WHERE until IS NOT NULL").first() is not None:
        raise RuntimeError("The record says until when something is put off. An older version cannot tell that.")
    op.drop_column("review", "until")
