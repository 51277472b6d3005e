"""Errors that mean an unavailable database, as opposed to an error in a query.

Errors of the server are recognised by their SQLSTATE: a code that the driver has no exception
for counts like the others of its class.
"""

from typing import Final

import asyncpg

UNAVAILABLE_CLASSES: Final = {
    "08": "the connection failed; PgBouncer reports its own errors here",
    "28": "login refused: a password that rotates, a login forbidden",
    "40": "rolled back: deadlock, serialization",
    "53": "disk, memory or connections used up",
    "57": "shut down, starting, or cancelled by a time-out",
    "58": "errors of the operating system",
    "72": "snapshot too old",
    "F0": "errors in the server's configuration file",
    "XX": "internal errors of the server",
}
UNAVAILABLE_CODES: Final = {
    "25006": "read-only: no longer the primary",
    "25P03": "idle in a transaction for too long",
    "25P04": "the transaction took too long",
    "26000": "a statement that another client of a pooler prepared",
    "3D000": "the database does not exist, as during a restore",
    "42P05": "a statement that another client of a pooler prepared",
    "55000": "not in the state that is needed",
    "55006": "in use",
    "55P03": "locked for too long",
}
_FAILOVER_CODE: Final = "25006"
ADDRESS_ERRORS: Final = (
    ValueError,
    asyncpg.UndefinedObjectError,
    asyncpg.InvalidParameterValueError,
    asyncpg.CantChangeRuntimeParamError,
)
"""Errors of a connection that mean a wrong address: an option or its value is unknown."""


def is_unavailable(error: Exception) -> bool:
    """Return whether the error says that PostgreSQL or the network is unavailable.

    The driver's errors that are a `ValueError` concern a wrong address or parameter.
    """
    if isinstance(error, asyncpg.PostgresError):
        code = error.sqlstate or ""
        known = code[:2] in UNAVAILABLE_CLASSES or code in UNAVAILABLE_CODES
        return known or is_outdated_plan(error)
    if isinstance(error, OSError | TimeoutError):
        return True
    driver_errors = (asyncpg.InterfaceError, asyncpg.InternalClientError)
    return isinstance(error, driver_errors) and not isinstance(error, ValueError)


def is_failover(error: Exception) -> bool:
    """Return whether existing connections lead to a server that is no longer the primary."""
    if isinstance(error, asyncpg.PostgresError):
        return error.sqlstate == _FAILOVER_CODE
    return isinstance(error, asyncpg.TargetServerAttributeNotMatched)


def is_outdated_plan(error: Exception) -> bool:
    """Return whether a migration invalidated a prepared statement; the driver forgets all of them
    in the pool when it raises this.
    """
    outdated = (asyncpg.InvalidCachedStatementError, asyncpg.OutdatedSchemaCacheError)
    return isinstance(error, outdated)


def describe(error: Exception) -> str:
    """Return the error's class and SQLSTATE. Its text may contain the address and its password."""
    code = error.sqlstate if isinstance(error, asyncpg.PostgresError) else None
    return f"{type(error).__name__} ({code})" if code else type(error).__name__
