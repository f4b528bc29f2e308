"""Signing in: tries that failed, and the second factor of an account."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_COLUMNS = ("totp_secret", "totp_step", "recovery_codes")


def upgrade() -> None:
    """Make the table of tries, and room for a second factor."""
    op.create_table(
        "sign_in_try",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sign_in_try")),
    )
    op.create_index(op.f("ix_sign_in_try_last_at"), "sign_in_try", ["last_at"])
    op.add_column("clinician", sa.Column("totp_secret", sa.String(255)))
    op.add_column("clinician", sa.Column("totp_step", sa.Integer()))
    op.add_column("clinician", sa.Column("recovery_codes", sa.JSON()))


def downgrade() -> None:
    """Drop them."""
    with op.batch_alter_table("clinician") as clinician:
        for column in _COLUMNS:
            clinician.drop_column(column)
    op.drop_table("sign_in_try")
