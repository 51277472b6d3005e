"""Distinguishes an unavailable Temporal from an error that it returned."""

from collections.abc import Iterator
from contextlib import contextmanager

from temporalio.client import WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.service import RPCError, RPCStatusCode

from domain.errors import TransientError


@contextmanager
def unavailable_as_transient() -> Iterator[None]:
    """Raise `TransientError` for a failed connection or a time-out; `RPCError` passes unchanged.

    A failed connection is a bare `RuntimeError` in this SDK.
    """
    try:
        yield
    except (TimeoutError, RuntimeError, WorkflowUpdateRPCTimeoutOrCancelledError) as error:
        raise TransientError(f"Temporal: {type(error).__name__}") from None


def is_workflow_not_found(error: RPCError) -> bool:
    """Return whether no such workflow runs; a missing namespace says nothing about the workflow."""
    return error.status is RPCStatusCode.NOT_FOUND and "namespace" not in error.message.lower()
