"""The gate: whatever people see can be signed, points are decided, objections answered, and a review tells how it was sent."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_KINDS = ("rule", "exercise", "disposition", "release")
_MORE_KINDS = ("page", "region", "words", "interface", "safety", "language", "point")
_VERDICTS = ("approve", "request_changes", "comment", "withdraw")
_MORE_VERDICTS = ("answer", "decide", "defer")
_ROLES = ("reader", "reviewer", "lead")
_MORE_ROLES = ("safety_officer",)


def upgrade() -> None:
    """Let more be signed, said and done."""
    _allow((*_KINDS, *_MORE_KINDS), (*_VERDICTS, *_MORE_VERDICTS), (*_ROLES, *_MORE_ROLES), has_columns=True)


def downgrade() -> None:
    """Take it back. It fails, and changes nothing, where any of it has been used."""
    _allow(_KINDS, _VERDICTS, _ROLES, has_columns=False)


def _allow(kinds: tuple[str, ...], verdicts: tuple[str, ...], roles: tuple[str, ...], *, has_columns: bool) -> None:
    checks = {
        "clinician": {"role": _one_of("role", roles)},
        "version": {"target_kind": _one_of("target_kind", kinds)},
        "review": {"target_kind": _one_of("target_kind", kinds), "verdict": _one_of("verdict", verdicts)},
    }
    if op.get_bind().dialect.name == "postgresql":
        _on_postgresql(checks, has_columns)
    else:
        _on_sqlite(checks, has_columns)


def _on_postgresql(checks: dict[str, dict[str, str]], has_columns: bool) -> None:
    for table, held in checks.items():
        for column, check in held.items():
            op.drop_constraint(op.f(f"ck_{table}_{column}"), table)
            op.create_check_constraint(op.f(f"ck_{table}_{column}"), table, check)
    for added in _new_columns():
        if has_columns:
            op.add_column("review", added)
        else:
            op.drop_column("review", added.name)


def _on_sqlite(checks: dict[str, dict[str, str]], has_columns: bool) -> None:
    """Make each table anew with its rows: SQLite cannot change a check. What points to a row is looked at when all is done."""
    op.execute("PRAGMA defer_foreign_keys = ON")
    for table, held in checks.items():
        op.execute(f"CREATE TABLE kept AS SELECT * FROM {table}")
        op.drop_table(table)
        columns, rest = _tables(has_columns)[table]
        named = [sa.CheckConstraint(check, name=op.f(f"ck_{table}_{column}")) for column, check in held.items()]
        op.create_table(table, *columns, *named, *rest)
        kept = {row[1] for row in op.get_bind().exec_driver_sql("PRAGMA table_info(kept)")}
        names = ", ".join(column.name for column in columns if column.name in kept)
        op.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM kept")
        op.execute("DROP TABLE kept")
    op.create_index(op.f("ix_review_target_kind_target_id"), "review", ["target_kind", "target_id"])
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER review_no_{change.lower()} BEFORE {change} ON review "
            "BEGIN SELECT RAISE(ABORT, 'rows of review are only ever added'); END"
        )


def _tables(has_columns: bool) -> dict[str, tuple[list[sa.Column[Any]], list[sa.Constraint]]]:
    """Return the columns and the other constraints of the three tables, as the migrations before this one made them."""
    clinician: list[sa.Column[Any]] = [
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("registration", sa.String(100), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("password_hash", sa.String(200)),
        sa.Column("oidc_subject", sa.String(255)),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("session_version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("totp_secret", sa.String(255)),
        sa.Column("totp_step", sa.Integer()),
        sa.Column("recovery_codes", sa.JSON()),
    ]
    version: list[sa.Column[Any]] = [
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("target_kind", sa.String(20), nullable=False),
        sa.Column("target_id", sa.String(200), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
    ]
    review: list[sa.Column[Any]] = [
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clinician_id", sa.Integer(), nullable=False),
        sa.Column("target_kind", sa.String(20), nullable=False),
        sa.Column("target_id", sa.String(200), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("verdict", sa.String(20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.Integer()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        *(_new_columns() if has_columns else ()),
    ]
    return {
        "clinician": (
            clinician,
            [
                sa.PrimaryKeyConstraint("id", name=op.f("pk_clinician")),
                sa.UniqueConstraint("email", name=op.f("uq_clinician_email")),
                sa.UniqueConstraint("oidc_subject", name=op.f("uq_clinician_oidc_subject")),
            ],
        ),
        "version": (
            version,
            [
                sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_version_sha256")),
                sa.PrimaryKeyConstraint("id", name=op.f("pk_version")),
                sa.UniqueConstraint(
                    "target_kind", "target_id", "sha256", name=op.f("uq_version_target_kind_target_id_sha256")
                ),
            ],
        ),
        "review": (
            review,
            [
                sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_review_sha256")),
                sa.ForeignKeyConstraint(["clinician_id"], ["clinician.id"], name=op.f("fk_review_clinician_id")),
                sa.ForeignKeyConstraint(["parent_id"], ["review.id"], name=op.f("fk_review_parent_id")),
                sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
            ],
        ),
    }


def _new_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("together", sa.Integer()),
        sa.Column("seconds", sa.Integer()),
        sa.Column("decision", sa.Text()),
    ]


def _one_of(column: str, words: tuple[str, ...]) -> str:
    listed = ", ".join(f"'{word}'" for word in words)
    return f"{column} IN ({listed})"
