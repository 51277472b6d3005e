"""Readiness depends on schema, namespace and pollers; the log names what is missing, once."""

import logging

import pytest
from temporalio.api.operatorservice.v1 import RemoveSearchAttributesRequest
from temporalio.client import Client

from adapters.postgres.database import Database
from process.health.database import missing_in_database
from process.health.readiness import Readiness
from process.health.temporal import missing_in_temporal, missing_pollers
from tests.support.databases import as_owner
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.polling import wait_until
from tests.support.stored_rows import open_rows
from tests.support.workflow.temporal_servers import dev_server
from workflows.activity_options import MAIL_QUEUE, PARTNER_QUEUE, TICKETS_QUEUE
from workflows.search_attributes import attribute_types

QUEUES = (TICKETS_QUEUE, PARTNER_QUEUE, MAIL_QUEUE)


async def test_the_gateway_is_ready_when_every_dependency_is_available(
    gateway: RunningGateway,
) -> None:
    assert (await gateway.http.get("/readyz")).status_code == 200
    assert await missing_in_database(gateway.env.database) == ""


async def test_a_worker_is_ready_while_temporal_sees_it_at_its_queues(
    gateway: RunningGateway,
) -> None:
    async def missing(client: Client) -> str:
        return await missing_pollers(client, TICKETS_QUEUE, QUEUES)

    await wait_until(lambda: missing(gateway.env.client), lambda found: not found)
    config = gateway.env.client.service_client.config
    another = await Client.connect(config.target_host, identity="another worker")
    assert await missing(another) == "not polling mail, partner-calls, tickets"
    assert "another-queue" in await missing_pollers(another, "another-queue", ())


async def test_without_the_namespace_or_an_attribute_the_gateway_is_not_ready() -> None:
    async with dev_server() as server:
        client, types = server.client, attribute_types()
        assert await missing_in_temporal(client, types) == ""
        elsewhere = Client(client.service_client, namespace="nobody-has-this")
        found = await missing_in_temporal(elsewhere, types)
        assert found == "Temporal has no namespace nobody-has-this"
        await client.operator_service.remove_search_attributes(
            RemoveSearchAttributesRequest(
                namespace=client.namespace, search_attributes=["TicketDueAt"]
            )
        )
        found = await wait_until(lambda: missing_in_temporal(client, types), bool)
        assert found == "Temporal lacks the search attributes TicketDueAt"


@pytest.mark.parametrize(
    "wrong",
    [
        "drop schema public cascade; create schema public",
        "delete from schema_migrations where version = 1",
        "revoke insert on tickets from tickets",
        "revoke select on schema_migrations from tickets",
    ],
)
async def test_without_the_schema_or_the_rights_to_it_the_gateway_is_not_ready(
    database_url: str, caplog: pytest.LogCaptureFixture, wrong: str
) -> None:
    caplog.set_level(logging.INFO)
    async with (
        open_rows(as_owner(database_url)) as rows,
        Database.connect(database_url, 1) as database,
    ):
        assert await missing_in_database(database) == ""
        await rows.connection.execute(wrong)
        readiness = Readiness([lambda: missing_in_database(database)])
        assert not await readiness.check()
    (line,) = [record.getMessage() for record in caplog.records if record.name == "readiness"]
    assert line == "not ready: the database lacks 0001_initial: run python -m cli migrate"
