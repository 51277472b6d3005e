"""The start of a ticket: one call, without personal data in its visible fields."""

import asyncio
import gc
from typing import Any

import pytest
from temporalio.client import (
    Client,
    Interceptor,
    OutboundInterceptor,
    StartWorkflowUpdateWithStartInput,
    WorkflowUpdateHandle,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.service import RPCError, RPCStatusCode

from domain.tickets.snapshot import TicketOutcome
from domain.values.ticket_number import derive_number, is_canonical
from tests.support.builders import claim_content
from workflows.client import admit_ticket, build_start_operation

NUMBER = "ZW-4KQ7-P9XT-M2AB-Z"
HOSTILE = [
    None,
    7,
    True,
    ["missing_cashback"],
    {"a": "b"},
    "",
    "a" * 201,
    "two\nlines",
    "nul\x00",
    "\x1b[31mred",
    "zażółć",
    "\U0001f600",
    "\ud800",
]


def start_fields(**changes: object) -> dict[str, object]:
    """Return the fields of the call that starts a claim with these changes.

    Only inside a running event loop: the operation contains a future of it.
    """
    asyncio.get_running_loop()
    operation = build_start_operation(claim_content() | changes, NUMBER)
    fields = dict(vars(operation._start_workflow_input))
    fields["search_attributes"] = {
        pair.key.name: pair.value for pair in fields["search_attributes"].search_attributes
    }
    return fields


async def test_a_ticket_is_started_under_the_public_names() -> None:
    fields = start_fields()
    assert (fields["workflow"], fields["id"], fields["task_queue"]) == (
        "SupportTicket",
        NUMBER,
        "tickets",
    )
    assert fields["args"] == [claim_content()]
    assert fields["ret_type"] is TicketOutcome


async def test_a_running_ticket_is_used_and_a_closed_one_is_never_started_again() -> None:
    fields = start_fields()
    assert fields["id_conflict_policy"] is WorkflowIDConflictPolicy.USE_EXISTING
    assert fields["id_reuse_policy"] is WorkflowIDReusePolicy.REJECT_DUPLICATE


async def test_a_ticket_has_no_workflow_timeout() -> None:
    """Tickets live for months."""
    fields = start_fields()
    names = ("execution_timeout", "run_timeout", "task_timeout", "retry_policy")
    assert [fields[name] for name in names] == [None] * 4


async def test_the_visible_fields_contain_kind_partner_and_state_and_no_personal_data() -> None:
    fields = start_fields()
    assert fields["search_attributes"] == {
        "TicketState": "created",
        "TicketKind": "missing_cashback",
        "TicketPartner": "velotel",
    }
    visible = f"{fields['search_attributes']} {fields['static_summary']} {fields['static_details']}"
    assert fields["memo"] is None
    for private in ("acc-1001", "jan@example.com", "Jan", "Kowalski", "VT-2231-9", "lnk-77"):
        assert private not in visible


@pytest.mark.parametrize("value", HOSTILE, ids=ascii)
async def test_a_hostile_kind_or_partner_is_not_made_visible(value: object) -> None:
    fields = start_fields(kind=value, partner_id=value)
    assert fields["search_attributes"] == {"TicketState": "created"}
    assert fields["static_summary"] == "unknown kind · unknown partner"


@pytest.mark.parametrize(
    "value", ["jan@example.com", "Jan Kowalski, ul. Polna 7", "![x](http://evil.example/x.png)"]
)
async def test_text_that_is_no_kind_and_no_partner_id_is_not_made_visible(value: str) -> None:
    """Search attributes and summaries are never encrypted: opaque values only."""
    fields = start_fields(kind=value, partner_id=value)
    assert value not in f"{fields['search_attributes']} {fields['static_summary']}"


@pytest.mark.parametrize("value", ["no-such-partner", "sonnenreisen"])
async def test_an_unknown_partner_with_a_valid_id_can_be_searched_for(
    value: str,
) -> None:
    assert start_fields(partner_id=value)["search_attributes"] == {
        "TicketState": "created",
        "TicketKind": "missing_cashback",
        "TicketPartner": value,
    }


def test_the_number_is_derived_from_the_account_and_the_request() -> None:
    """R27: a retried request gets the same number, every other request another one."""
    number = derive_number("acc-1001", "form-1")
    assert is_canonical(number)
    assert number == derive_number("acc-1001", "form-1")
    others = [("acc-1001", "form-2"), ("acc-1002", "form-1"), ("acc-100", "1form-1")]
    assert number not in [derive_number(*other) for other in others]
    assert len({derive_number(*other) for other in others}) == 3


class TimedOutCalls(OutboundInterceptor):
    """Calls to a Temporal server that does not respond in time."""

    async def start_update_with_start_workflow(
        self, input: StartWorkflowUpdateWithStartInput
    ) -> WorkflowUpdateHandle[Any]:
        """Raise the error that the SDK raises."""
        error = RPCError("Timeout expired", RPCStatusCode.DEADLINE_EXCEEDED, b"")
        input._on_start_error(error)
        raise error


class TimedOutServer(Interceptor):
    """A Temporal server that does not respond in time."""

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:
        """Replace every call."""
        return TimedOutCalls(next)


async def test_a_claim_whose_start_times_out_logs_no_error_of_asyncio() -> None:
    """Otherwise asyncio logs "Future exception was never retrieved"."""
    loop, messages = asyncio.get_running_loop(), list[str]()
    gc.collect()  # so that objects of other tests log nothing here
    before = loop.get_exception_handler()
    client = await Client.connect("127.0.0.1:1", lazy=True, interceptors=[TimedOutServer()])
    loop.set_exception_handler(lambda _, context: messages.append(str(context.get("message"))))
    try:
        with pytest.raises(RPCError):
            await admit_ticket(client, claim_content(), "form-1")
        gc.collect()
        await asyncio.sleep(0)
    finally:
        loop.set_exception_handler(before)
    assert messages == []
