"""The work of review: authors, who wrote what, who looks at what until when, what was seen, and how each is told."""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_ROLES = ("reader", "reviewer", "lead", "safety_officer")
_MORE_ROLES = ("reader", "author", "reviewer", "lead", "safety_officer")
_VERDICTS = ("approve", "request_changes", "comment", "withdraw", "answer", "decide", "defer")
_MORE_VERDICTS = (*_VERDICTS, "wrote", "assign", "review_by")
_KINDS = (
    *(
        "rule",
        "exercise",
        "disposition",
        "page",
        "region",
        "words",
        "interface",
        "safety",
        "language",
        "point",
        "release",
    ),
)


def upgrade() -> None:
    """Let more be said, and keep what was seen."""
    _allow("clinician", "role", _MORE_ROLES)
    op.add_column("review", sa.Column("person_id", sa.Integer()))
    _allow("review", "verdict", _MORE_VERDICTS, points_to_person=True)
    op.create_table("seen", *_seen())
    op.create_table("place", *_place())
    op.create_table("notice", *_notice())


def downgrade() -> None:
    """Take it back. It fails, and changes nothing, where any of it has been said; what was only seen is forgotten."""
    for table in ("notice", "place", "seen"):
        op.drop_table(table)
    _allow("clinician", "role", _ROLES)
    _allow("review", "verdict", _VERDICTS, points_to_person=False)
    op.drop_column("review", "person_id")


def _allow(table: str, column: str, words: tuple[str, ...], *, points_to_person: bool | None = None) -> None:
    """Let a column hold these words; ``points_to_person`` says whether a review may name an account besides its own."""
    check = f"{column} IN ({', '.join(repr(word) for word in words)})"
    name = f"ck_{table}_{column}"
    link = "fk_review_person_id"
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f(name), table)
        op.create_check_constraint(op.f(name), table, check)
        if points_to_person:
            op.create_foreign_key(op.f(link), table, "clinician", ["person_id"], ["id"])
        elif points_to_person is not None:
            op.drop_constraint(op.f(link), table)
        return
    _remake(table, name, check, link if points_to_person is not None else "", is_linked=bool(points_to_person))


def _remake(table: str, name: str, check: str, link: str, *, is_linked: bool) -> None:
    """Make a table of SQLite anew with its rows, indexes and guards: it cannot change a check of one that is there."""
    bind = op.get_bind()
    bind.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    found = bind.exec_driver_sql(
        "SELECT type, sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL ORDER BY type = 'table' DESC",
        (table,),
    ).all()
    (made, *beside) = [sql for _, sql in found]
    made, count = re.subn(rf"CONSTRAINT {name} CHECK \([^()]*\([^()]*\)\)", f"CONSTRAINT {name} CHECK ({check})", made)
    assert count == 1, f"{table} has no check of that name"
    made = re.sub(r",\s*CONSTRAINT fk_review_person_id [^,]*\([^)]*\) REFERENCES clinician \(id\)", "", made)
    if is_linked:
        made = f"{made.rstrip()[:-1]}, CONSTRAINT {link} FOREIGN KEY(person_id) REFERENCES clinician (id))"
    columns = ", ".join(row[1] for row in bind.exec_driver_sql(f"PRAGMA table_info({table})"))
    op.execute(f"CREATE TABLE kept AS SELECT * FROM {table}")
    op.drop_table(table)
    bind.exec_driver_sql(made)
    op.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM kept")
    op.execute("DROP TABLE kept")
    for sql in beside:
        bind.exec_driver_sql(sql)


def _seen() -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("clinician_id", sa.Integer(), nullable=False),
        sa.Column("target_kind", sa.String(20), nullable=False),
        sa.Column("target_id", sa.String(200), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_seen_sha256")),
        sa.CheckConstraint(_one_of_kinds(), name=op.f("ck_seen_target_kind")),
        sa.ForeignKeyConstraint(["clinician_id"], ["clinician.id"], name=op.f("fk_seen_clinician_id")),
        sa.PrimaryKeyConstraint("clinician_id", "target_kind", "target_id", name=op.f("pk_seen")),
    )


def _place() -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("clinician_id", sa.Integer(), nullable=False),
        sa.Column("target_kind", sa.String(20), nullable=False),
        sa.Column("target_id", sa.String(200), nullable=False),
        sa.Column("within", sa.String(200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(_one_of_kinds(), name=op.f("ck_place_target_kind")),
        sa.ForeignKeyConstraint(["clinician_id"], ["clinician.id"], name=op.f("fk_place_clinician_id")),
        sa.PrimaryKeyConstraint("clinician_id", name=op.f("pk_place")),
    )


def _notice() -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("clinician_id", sa.Integer(), nullable=False),
        sa.Column("by_mail", sa.Boolean(), nullable=False),
        sa.Column("feed_sha256", sa.String(64)),
        sa.ForeignKeyConstraint(["clinician_id"], ["clinician.id"], name=op.f("fk_notice_clinician_id")),
        sa.PrimaryKeyConstraint("clinician_id", name=op.f("pk_notice")),
        sa.UniqueConstraint("feed_sha256", name=op.f("uq_notice_feed_sha256")),
    )


def _one_of_kinds() -> str:
    return f"target_kind IN ({', '.join(repr(kind) for kind in _KINDS)})"
