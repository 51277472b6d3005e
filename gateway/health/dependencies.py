"""What the service needs from its dependencies: schema, namespace and search attributes."""

import asyncio
import logging
from typing import Final

from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from adapters.postgres.database import Database
from adapters.postgres.schema.migrations import list_missing as missing_migrations
from domain.errors import InvalidConfiguration, TransientError
from gateway.temporal_client import DESCRIBE_TIMEOUT
from workflows.search_attributes import ATTENTION, DUE_AT, KIND, PARTNER, STATE

log = logging.getLogger("gateway")
_ATTRIBUTES: Final = frozenset(key.name for key in (STATE, KIND, PARTNER, DUE_AT, ATTENTION))
_NOT_PERMITTED: Final = {RPCStatusCode.PERMISSION_DENIED, RPCStatusCode.UNIMPLEMENTED}


async def has_dependencies(database: Database, client: Client) -> bool:
    """Say whether nothing is missing; log what is."""
    try:
        async with asyncio.timeout(2 * DESCRIBE_TIMEOUT.total_seconds()):
            missing = await _missing_in_database(database) or await _missing_in_temporal(client)
    except (TimeoutError, TransientError, RPCError, RuntimeError) as error:
        log.warning("not ready: %s", type(error).__name__)
        return False
    if missing:
        log.error("not ready: %s", missing)
    return not missing


async def _missing_in_database(database: Database) -> str:
    try:
        found = await missing_migrations(database)
    except InvalidConfiguration as error:
        return str(error)
    return f"the database lacks {', '.join(found)}: run python -m cli migrate" if found else ""


async def _missing_in_temporal(client: Client) -> str:
    request = ListSearchAttributesRequest(namespace=client.namespace)
    try:
        found = await client.operator_service.list_search_attributes(
            request, timeout=DESCRIBE_TIMEOUT
        )
    except RPCError as error:
        if error.status in _NOT_PERMITTED:
            return ""
        if error.status is RPCStatusCode.NOT_FOUND:
            return f"Temporal has no namespace {client.namespace}"
        raise
    lacking = sorted(_ATTRIBUTES - set(found.custom_attributes))
    return f"Temporal lacks the search attributes {', '.join(lacking)}" if lacking else ""
