"""Reading rows of the record: what no code of ours would write there is told as such."""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy import Select, select
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.orm import Session

from recommender.review.errors import MALFORMED, Unreadable
from recommender.review.tables import Base

_Row = TypeVar("_Row", bound=Base)


def rows(session: Session, table: type[_Row]) -> tuple[_Row, ...]:
    """Return every row of a table by its key, as the database holds it now.

    Raises:
        Unreadable: somebody put a value there that no code of ours would write.
    """
    whole = select(table).order_by(*table.__table__.primary_key).execution_options(populate_existing=True)
    return read(session, whole)


def read(session: Session, wanted: Select[_Row]) -> tuple[_Row, ...]:
    """Return the rows that are wanted.

    Raises:
        Unreadable: somebody put a value there that no code of ours would write.
    """
    try:
        return tuple(session.scalars(wanted))
    except (*MALFORMED, DataError) as error:
        raise Unreadable from error
    except OperationalError as error:
        if "decode" in str(error.orig):  # so SQLite says it of a text that is not UTF-8
            raise Unreadable from error
        raise
