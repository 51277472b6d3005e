"""Starts a ticket by Update-With-Start: one round trip, for any Python client.

result = await admit_ticket(client, claim, request_key="order-form-7731")
"""

import asyncio
import contextlib
import re
from collections.abc import Mapping
from typing import Any

from temporalio.client import Client, WithStartWorkflowOperation
from temporalio.common import (
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.service import RPCError

from domain.admission.admission import AdmissionResult, refusal_result
from domain.claims.claim_digest import claim_digest
from domain.codes import RefusalCode
from domain.partners.claim_kind import ClaimKind
from domain.partners.rules import PARTNER_ID
from domain.tickets.snapshot import TicketOutcome
from domain.values.ticket_number import derive_number
from workflows.activity_options import ADMISSION_TIMEOUT, TICKETS_QUEUE
from workflows.search_attributes import KIND, PARTNER, STATE
from workflows.temporal_errors import is_workflow_not_found, unavailable_as_transient


def build_start_operation(
    claim: Mapping[str, object], number: str, *, after_failure: bool = False
) -> WithStartWorkflowOperation[Any, TicketOutcome]:
    """Build the start of `claim`'s workflow (docs/contract.md, "Temporal").

    `after_failure`: also where a workflow under that number was terminated or failed.
    """
    reuse = WorkflowIDReusePolicy
    kind, partner = _kind(claim.get("kind")), _partner(claim.get("partner_id"))
    attributes = [SearchAttributePair(STATE, "created")]
    attributes += [SearchAttributePair(KIND, kind)] if kind else []
    attributes += [SearchAttributePair(PARTNER, partner)] if partner else []
    return WithStartWorkflowOperation(
        "SupportTicket",
        args=[claim],
        id=number,
        task_queue=TICKETS_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        id_reuse_policy=(
            reuse.ALLOW_DUPLICATE_FAILED_ONLY if after_failure else reuse.REJECT_DUPLICATE
        ),
        static_summary=f"{kind or 'unknown kind'} · {partner or 'unknown partner'}",
        static_details="Support ticket: see the current details for its state.",
        search_attributes=TypedSearchAttributes(attributes),
        result_type=TicketOutcome,
    )


async def admit_ticket(
    client: Client, claim: Mapping[str, object], request_key: str, *, after_failure: bool = False
) -> AdmissionResult:
    """File `claim` (raw JSON of a TicketClaim) and return its result; repeated, the same result.

    The ticket number is derived from the claim's account and `request_key`. Raises the client's
    errors: after a time-out the workflow may have started, and a call with the same key returns its
    result. `WorkflowAlreadyStartedError` means that the claim was assessed in a run that is over:
    the ticket was continued as new and is closed, or its workflow was terminated. The result is
    then in the database (`tickets.admission`), and `POST /v1/tickets` returns it. Only if it is not
    there may a caller file again with `after_failure`: the workflow was terminated before it had
    assessed the claim.
    """
    number = derive_number(str(claim.get("account_id")), request_key)
    operation = build_start_operation(claim, number, after_failure=after_failure)
    digest = claim_digest(claim)
    try:
        result: AdmissionResult = await client.execute_update_with_start_workflow(
            "admit",
            digest,
            id="admit",
            start_workflow_operation=operation,
            result_type=AdmissionResult,
            rpc_timeout=ADMISSION_TIMEOUT,
        )
    except Exception:
        # Retrieved, so that the SDK does not log "Future exception was never retrieved".
        with contextlib.suppress(Exception):
            await asyncio.wait_for(operation.workflow_handle(), 1)
        raise
    # The server itself answers a repeated update, even one about another claim.
    return (
        result if result.digest in ("", digest) else refusal_result(number, RefusalCode.KEY_REUSED)
    )


def _kind(value: object) -> str | None:
    """Return a kind that exists; no other text may become a search attribute."""
    return str(value) if value in list(ClaimKind) else None


def _partner(value: object) -> str | None:
    """Return a text of the form of a partner id; addresses and names must not be searchable."""
    return value if isinstance(value, str) and re.fullmatch(PARTNER_ID, value) else None


async def send_signal(
    client: Client, number: str, signal: str, message: Mapping[str, object]
) -> bool:
    """Signal a ticket; return `False` if no workflow runs under its number.

    Raises `TransientError` or `RPCError` while Temporal is unavailable.
    """
    try:
        with unavailable_as_transient():
            await client.get_workflow_handle(number).signal(signal, message)
    except RPCError as error:
        if is_workflow_not_found(error):
            return False
        raise
    return True
