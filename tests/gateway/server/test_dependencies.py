"""Readiness depends on schema and namespace; the log names what is missing."""

import logging

import pytest
from temporalio.api.operatorservice.v1 import RemoveSearchAttributesRequest
from temporalio.client import Client

from adapters.postgres.database import Database
from gateway.health.dependencies import has_dependencies
from tests.support.databases import as_owner
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.polling import wait_until
from tests.support.stored_rows import open_rows
from tests.support.workflow.temporal_servers import dev_server


async def test_the_gateway_is_ready_when_every_dependency_is_available(
    gateway: RunningGateway,
) -> None:
    assert (await gateway.http.get("/readyz")).status_code == 200
    await wait_until(lambda: has_dependencies(gateway.env.database, gateway.env.client), bool)


async def test_without_the_namespace_or_an_attribute_the_gateway_is_not_ready(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    async with dev_server() as server:
        assert await has_dependencies(database, server.client)
        elsewhere = Client(server.client.service_client, namespace="nobody-has-this")
        assert not await has_dependencies(database, elsewhere)
        await server.client.operator_service.remove_search_attributes(
            RemoveSearchAttributesRequest(
                namespace=server.client.namespace, search_attributes=["TicketDueAt"]
            )
        )
        for _ in range(50):
            if not await has_dependencies(database, server.client):
                break
        assert not await has_dependencies(database, server.client)
    assert "Temporal has no namespace nobody-has-this" in caplog.text
    assert "Temporal lacks the search attributes TicketDueAt" in caplog.text


@pytest.mark.parametrize("wrong", ["nothing", "a file"])
async def test_without_the_schema_the_gateway_is_not_ready(
    gateway: RunningGateway, database_url: str, caplog: pytest.LogCaptureFixture, wrong: str
) -> None:
    async with open_rows(as_owner(database_url)) as rows:
        await rows.connection.execute(
            "drop schema public cascade; create schema public"
            if wrong == "nothing"
            else "delete from schema_migrations where version = 1"
        )
    async with Database.connect(database_url, 1) as database:
        assert not await has_dependencies(database, gateway.env.client)
    assert "0001_initial" in caplog.text
    assert "python -m cli migrate" in caplog.text
