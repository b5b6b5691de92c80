"""The driver's errors, told as the domain's.

What the database cannot do at the moment is ``Unavailable``, and asking again may help. What it
refuses to store is ``Refused``. Anything else is a mistake of ours and stays the error it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from asyncpg import InterfaceError, PostgresError
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from suyuan.domain.errors import Refused, SuyuanError, Unavailable

DRIVER_ERRORS: tuple[type[Exception], ...] = (SQLAlchemyError, PostgresError, InterfaceError)
# Where no connection can be made a bare OSError is raised, which elsewhere means something else:
# ``translated`` takes it for the database's, ``translate`` does not.
_CONNECT_ERRORS: tuple[type[Exception], ...] = (OSError, *DRIVER_ERRORS)

# SQLSTATEs (PostgreSQL manual, appendix A) that another try may not meet again.
_UNAVAILABLE_CLASSES = (
    "08",  # connection exception
    "28",  # the server does not let us in
    "53",  # insufficient resources: too many connections, disk full, out of memory
)
_UNAVAILABLE = {
    "25006",  # read-only: the server has become a standby
    "25P03",  # idle in transaction for too long
    "3D000",  # there is no such database (yet)
    "40001",  # serialization failure
    "40P01",  # deadlock
    "55P03",  # lock timeout
    "57014",  # statement timeout
    "57P01",  # shut down by an operator
    "57P02",  # crash of another connection
    "57P03",  # starting up, or in recovery
    "57P05",  # idle session timeout
}
# U+0000 and lone surrogates: text in Python and in JSON, but not in PostgreSQL.
_NOT_TEXT = "22021"


def translate(error: Exception) -> SuyuanError | None:
    """The domain error that a driver's error means, ``None`` if it is a mistake of ours."""
    state = _sqlstate(error)
    if state == _NOT_TEXT or _is_encoding(error):
        return Refused("text_not_storable")
    lost = isinstance(error, DBAPIError) and error.connection_invalidated
    if lost or isinstance(error, PoolTimeout) or state in _UNAVAILABLE:
        return _no_connection()
    if state is not None and state[:2] in _UNAVAILABLE_CLASSES:
        return _no_connection()
    return None


@contextmanager
def translated() -> Iterator[None]:
    """Raise the driver's errors inside the block as the domain's.

    Only the database's work belongs in the block: any ``OSError`` is a connection that failed.
    """
    try:
        yield
    except _CONNECT_ERRORS as error:
        told = _no_connection() if isinstance(error, OSError) else translate(error)
        if told is None:
            raise
        raise told from error


def _no_connection() -> Unavailable:
    return Unavailable("database_unavailable")


def _sqlstate(error: Exception) -> str | None:
    driver = error.orig if isinstance(error, DBAPIError) else error
    state = getattr(driver, "sqlstate", None)
    return state if isinstance(state, str) else None


def _is_encoding(error: BaseException | None) -> bool:
    """Whether text could not be encoded: asyncpg says so only in the cause of its error."""
    while error is not None:
        if isinstance(error, UnicodeEncodeError):
            return True
        error = error.__cause__
    return False
