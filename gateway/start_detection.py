"""How the gateway learns whether an Update-With-Start started a workflow."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from temporalio.api.workflowservice.v1 import StartWorkflowExecutionResponse
from temporalio.client import (
    Interceptor,
    OutboundInterceptor,
    StartWorkflowUpdateWithStartInput,
    WorkflowUpdateHandle,
)

_started_flags: ContextVar[list[bool] | None] = ContextVar("started_flags", default=None)


class StartDetectionInterceptor(Interceptor):
    """Records whether an Update-With-Start started a workflow: the SDK does not return that."""

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:
        """Intercept the client's calls."""
        return _StartDetector(next)


class _StartDetector(OutboundInterceptor):
    async def start_update_with_start_workflow(
        self, input: StartWorkflowUpdateWithStartInput
    ) -> WorkflowUpdateHandle[Any]:
        original = input._on_start
        started = _started_flags.get()

        def on_start(response: StartWorkflowExecutionResponse) -> None:
            if started is not None:
                started.append(response.started)
            original(response)

        input._on_start = on_start
        return await super().start_update_with_start_workflow(input)


@contextmanager
def detect_starts() -> Iterator[list[bool]]:
    """Yield the list to which calls append whether they started a workflow."""
    started: list[bool] = []
    token = _started_flags.set(started)
    try:
        yield started
    finally:
        _started_flags.reset(token)
