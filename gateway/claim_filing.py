"""Filing a claim: returns the stored result, else starts the workflow and waits for its result."""

import asyncio
from typing import NamedTuple

from temporalio.client import WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError

from adapters.postgres.tickets.ownership import get_admission
from domain.admission.admission import AdmissionResult, refusal_result
from domain.admission.reason_texts import with_support_contact
from domain.claims.claim_digest import claim_digest
from domain.codes import RefusalCode
from domain.errors import TransientError
from domain.values.ticket_number import derive_number
from gateway.context import AppContext
from gateway.http.problems import Problem
from gateway.json_types import JsonMapping
from gateway.start_detection import detect_starts
from gateway.temporal_client import DESCRIBE_TIMEOUT
from process.health.database import check_database
from workflows.activity_options import ADMISSION_TIMEOUT
from workflows.client import admit_ticket
from workflows.temporal_errors import unavailable_as_transient


class FilingResult(NamedTuple):
    """A filed claim: its number, its result unless that is still pending, and whether it is new."""

    number: str
    result: AdmissionResult | None
    is_new: bool


async def file_claim(context: AppContext, claim: JsonMapping, key: str) -> FilingResult:
    """File a claim under its account and `key`; the same claim and key are the same ticket.

    A claim that was assessed before gets its stored result, at every age of its ticket. Raises
    `TransientError` or `RPCError` while Temporal or the database is unavailable.
    """
    number = derive_number(str(claim.get("account_id")), key)
    try:
        async with asyncio.timeout(DESCRIBE_TIMEOUT.total_seconds()):
            stored = await _stored_result(context, number, claim)
    except (TimeoutError, TransientError):
        stored = None  # claims are accepted while the database is unavailable
    if stored:
        return FilingResult(number, stored, is_new=False)
    return await _admit(context, number, claim, key)


async def _admit(
    context: AppContext,
    number: str,
    claim: JsonMapping,
    key: str,
    after_failure: bool = False,
) -> FilingResult:
    with detect_starts() as started:
        try:
            with unavailable_as_transient():
                result = await _admit_in_time(context, claim, key, after_failure)
        except (WorkflowUpdateFailedError, WorkflowAlreadyStartedError):
            return await _admit_after_end(context, number, claim, key, after_failure)
    if result is None:
        await _require_workflow(context, number)
        return FilingResult(number, None, is_new=True)
    return FilingResult(number, result, is_new=started[-1:] == [True])


async def _admit_in_time(
    context: AppContext, claim: JsonMapping, key: str, after_failure: bool
) -> AdmissionResult | None:
    try:
        async with asyncio.timeout(ADMISSION_TIMEOUT.total_seconds()):
            return await admit_ticket(context.temporal, claim, key, after_failure=after_failure)
    except (TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError):
        return None


async def _admit_after_end(
    context: AppContext, number: str, claim: JsonMapping, key: str, is_retry: bool
) -> FilingResult:
    """Return the result of a closed workflow; start again if it ended before it had a result."""
    if stored := await _stored_result(context, number, claim):
        return FilingResult(number, stored, is_new=False)
    if is_retry:
        raise Problem(RefusalCode.ACTION_NOT_ALLOWED)
    return await _admit(context, number, claim, key, after_failure=True)


async def _stored_result(
    context: AppContext, number: str, claim: JsonMapping
) -> AdmissionResult | None:
    """Return the result stored under the number; `key_reused` if it is that of another claim."""
    admission = await get_admission(context.database, number)
    if admission is None:
        return None
    if admission.digest != claim_digest(claim):
        return refusal_result(number, "key_reused")
    return with_support_contact(admission, context.settings.support_email).result


async def _require_workflow(context: AppContext, number: str) -> None:
    """Raise `TransientError` unless the workflow exists and only waits for a worker."""
    try:
        with unavailable_as_transient():
            handle = context.temporal.get_workflow_handle(number)
            await handle.describe(rpc_timeout=DESCRIBE_TIMEOUT)
    except RPCError as error:
        raise TransientError(f"Temporal: {type(error).__name__}") from None
    await check_database(context.database)
