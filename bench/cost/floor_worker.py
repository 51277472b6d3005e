"""`python -m bench.cost.floor_worker ADDRESS`: the worker of the floors, until SIGTERM."""

import asyncio
import signal
import sys

from temporalio.client import Client
from temporalio.worker import Worker

from bench.cost.floor_workflows import FLOOR_QUEUE, Lean, SameShape, do_nothing
from process.exit_process import exit_process
from workflows.data_converter import DATA_CONVERTER


async def run(address: str) -> int:
    """Work with as many slots as the product's worker."""
    client = await Client.connect(address, data_converter=DATA_CONVERTER)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    worker = Worker(
        client,
        task_queue=FLOOR_QUEUE,
        workflows=[SameShape, Lean],
        activities=[do_nothing],
        max_concurrent_workflow_tasks=16,
        disable_eager_activity_execution=True,
    )
    async with worker:
        await stop.wait()
    return 0


if __name__ == "__main__":
    exit_process(asyncio.run(run(sys.argv[1])))
