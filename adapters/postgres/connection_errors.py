"""Errors of the driver that mean an unavailable database, as opposed to an error in a query."""

from typing import Final

import asyncpg

FAILOVER_ERRORS: Final = (
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.TargetServerAttributeNotMatched,
)
"""After a fail-over, existing connections lead to a server that is no longer the primary."""
CONNECTION_ERRORS: Final = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.TransactionRollbackError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.TransactionTimeoutError,
    asyncpg.InvalidAuthorizationSpecificationError,  # a password that rotates, a login forbidden
    asyncpg.InvalidCatalogNameError,  # during a restore
    asyncpg.ObjectNotInPrerequisiteStateError,  # and its locks: 55006, 55P03
    asyncpg.PostgresSystemError,
    asyncpg.SnapshotTooOldError,
    asyncpg.InternalServerError,
    asyncpg.ConfigFileError,
    asyncpg.InvalidCachedStatementError,  # the schema has changed; the driver forgets its plans
    asyncpg.InvalidSQLStatementNameError,  # a pooler that gives connections to others between
    asyncpg.DuplicatePreparedStatementError,
)
"""Errors of PostgreSQL or the network; all others are programming errors and are not translated."""
