"""How Alembic runs the migrations: on the connection it is handed, inside that connection's transaction.

They are written by hand, each a new file that names the one before it; a test prints what is missing.
"""

from __future__ import annotations

from alembic import context

from recommender.review.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transactional_ddl=True,
    render_as_batch=True,  # SQLite cannot alter a column in place
)
context.run_migrations()
