"""The sandbox that workflows run in: it refuses I/O at run time (docs/decisions/0024)."""

from typing import Any, Final

from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.converter import StorageDriverStoreContext
from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions
from temporalio.workflow import Info

PASSED_THROUGH: Final = (
    "activities", "adapters", "domain", "workflows",
    "dns", "email_validator", "idna", "isodate", "six", "transitions", "tzdata",
)  # fmt: skip
"""Modules that all workflows share; the sandbox executes all others again for each workflow."""


class ContextFreeInstance(WorkflowInstance):
    """A sandboxed workflow whose payloads have no context.

    The SDK asks for the context of every payload, and a sandbox compiles code to answer. Our data
    converter does not use it.
    """

    def __init__(self, sandboxed: WorkflowInstance) -> None:
        """Activate `sandboxed`."""
        self._sandboxed = sandboxed

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        """Let the sandboxed workflow handle an activation."""
        return self._sandboxed.activate(act)

    def get_serialization_context(self, _command_info: Any) -> None:
        """Return no context."""

    def get_external_store_context(self, _command_info: Any) -> StorageDriverStoreContext:
        """Return an empty context: no payload is stored outside of Temporal."""
        return _NO_STORE

    def get_info(self) -> Info:
        """Return the information about the workflow."""
        return self._sandboxed.get_info()

    def get_thread_id(self) -> int | None:
        """Return the thread that an activation runs in, for reports of deadlocks."""
        return self._sandboxed.get_thread_id()


class ContextFreeRunner(SandboxedWorkflowRunner):
    """Runs workflows in the sandbox, and their payloads' conversion outside of it."""

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        """Create the sandboxed instance of one workflow."""
        return ContextFreeInstance(super().create_instance(det))


_NO_STORE: Final = StorageDriverStoreContext(target=None)
SANDBOX: Final = ContextFreeRunner(
    restrictions=SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH)
)
