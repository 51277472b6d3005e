"""The Temporal dev server of a local stack: the real server with its UI, on a SQLite file."""

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path

from local.stack.ports import HOST, Ports
from local.stack.supervisor import ProcessSpec, Supervisor
from workflows.search_attributes import attribute_types

NAME = "temporal"
NAMESPACE = "default"
FAIRNESS = {  # deploy/temporal/dynamicconfig.yaml; a flag cannot name the queue it is for
    "matching.enableFairness": "true",
    "matching.numTaskqueueReadPartitions": "1",
    "matching.numTaskqueueWritePartitions": "1",
}
POLL_SECONDS = 0.05  # seconds between two tries
SEARCH_ATTRIBUTES = attribute_types()


def fairness_flags() -> list[str]:
    """Return the flags by which the server schedules tasks by fairness key, from one partition."""
    return [f"--dynamic-config-value={key}={value}" for key, value in FAIRNESS.items()]


async def start_temporal(
    supervisor: Supervisor, state: Path, ports: Ports, environment: Mapping[str, str]
) -> None:
    """Start the server and wait until it answers and knows our search attributes."""
    await supervisor.start(_server(state, ports, environment))
    await supervisor.run_while_healthy(_ready(f"{HOST}:{ports.temporal_port}"))


def _server(state: Path, ports: Ports, environment: Mapping[str, str]) -> ProcessSpec:
    attributes = [f"--search-attribute={name}={kind}" for name, kind in SEARCH_ATTRIBUTES.items()]
    command = (
        str(Path(sys.executable).with_name("temporal")),
        *("server", "start-dev", "--ip", HOST, "--log-level", "warn"),
        *("--port", str(ports.temporal_port), "--ui-port", str(ports.ui_port)),
        *("--metrics-port", str(ports.temporal_metrics_port)),
        *("--db-filename", str(state / "temporal.db"), "--ui-disable-news-fetch"),
        *("--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", "synchronous=NORMAL"),
        *fairness_flags(),
        *attributes,
    )
    return ProcessSpec(NAME, command, environment, folder=state, restart=True)


async def _ready(address: str) -> None:
    """Return once every search attribute is visible; registration comes after the first answer."""
    from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
    from temporalio.client import Client
    from temporalio.service import RPCError

    while True:
        try:
            client = await Client.connect(address, namespace=NAMESPACE)
            request = ListSearchAttributesRequest(namespace=NAMESPACE)
            answer = await client.operator_service.list_search_attributes(request)
            if SEARCH_ATTRIBUTES.keys() <= set(answer.custom_attributes):
                return
        except (RPCError, RuntimeError):  # a failed connection is a bare RuntimeError in this SDK
            pass
        await asyncio.sleep(POLL_SECONDS)
