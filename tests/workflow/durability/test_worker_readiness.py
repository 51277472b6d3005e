"""When a worker says that it can work."""

from adapters.postgres.database import Database
from background.worker_readiness import find_obstacle
from tests.support.polling import wait_until
from tests.support.workflow.temporal_servers import dev_server
from tests.workflow.conftest import EnvironmentFactory


async def test_it_can_while_its_polls_are_seen_and_the_database_accepts_writes(
    open_env: EnvironmentFactory, database_url: str
) -> None:
    read_only = f"{database_url}?default_transaction_read_only=on"
    async with dev_server() as server, open_env(server, with_workers=False) as env:

        async def obstacle() -> str:
            return await find_obstacle(env.database, env.client)

        assert await obstacle() == "Temporal sees no poll of the queue tickets"
        await env.start_workers()
        assert await wait_until(obstacle, lambda found: not found) == ""
        async with Database.connect(read_only, 1) as standby:
            assert await find_obstacle(standby, env.client) == "the database is read-only"
        await env.stop_workers()
        await server.shutdown()
        assert "RPCError" in await obstacle()
