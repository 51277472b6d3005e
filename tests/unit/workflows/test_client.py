"""How a ticket is started: one public call, whose visible parts carry nothing private."""

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


def started(**changes: object) -> dict[str, object]:
    """Return what Temporal is fields of the start of a claim with these changes.

    Only inside a running loop: the operation holds a future of it.
    """
    asyncio.get_running_loop()
    operation = build_start_operation(claim_content() | changes, NUMBER)
    fields = dict(vars(operation._start_workflow_input))
    fields["search_attributes"] = {
        pair.key.name: pair.value for pair in fields["search_attributes"].search_attributes
    }
    return fields


async def test_a_ticket_is_started_by_the_public_names() -> None:
    fields = started()
    assert (fields["workflow"], fields["id"], fields["task_queue"]) == (
        "SupportTicket",
        NUMBER,
        "tickets",
    )
    assert fields["args"] == [claim_content()]
    assert fields["ret_type"] is TicketOutcome


async def test_a_running_ticket_is_used_and_an_ended_one_never_starts_again() -> None:
    fields = started()
    assert fields["id_conflict_policy"] is WorkflowIDConflictPolicy.USE_EXISTING
    assert fields["id_reuse_policy"] is WorkflowIDReusePolicy.REJECT_DUPLICATE


async def test_a_ticket_has_no_time_out_of_its_own() -> None:
    """Tickets live for months."""
    fields = started()
    names = ("execution_timeout", "run_timeout", "task_timeout", "retry_policy")
    assert [fields[name] for name in names] == [None] * 4


async def test_the_visible_parts_say_kind_partner_and_state_and_nothing_of_the_member() -> None:
    fields = started()
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
async def test_a_hostile_kind_or_partner_is_not_taken_over(value: object) -> None:
    fields = started(kind=value, partner_id=value)
    assert fields["search_attributes"] == {"TicketState": "created"}
    assert fields["static_summary"] == "unknown kind · unknown partner"


@pytest.mark.parametrize(
    "value", ["jan@example.com", "Jan Kowalski, ul. Polna 7", "![x](http://evil.example/x.png)"]
)
async def test_what_is_no_kind_and_no_partners_id_is_not_made_visible(value: str) -> None:
    """Search attributes and summaries are never encrypted: opaque values only."""
    fields = started(kind=value, partner_id=value)
    assert value not in f"{fields['search_attributes']} {fields['static_summary']}"


@pytest.mark.parametrize("value", ["no-such-partner", "sonnenreisen"])
async def test_an_unknown_partner_with_an_id_of_the_right_shape_can_be_searched_for(
    value: str,
) -> None:
    assert started(partner_id=value)["search_attributes"] == {
        "TicketState": "created",
        "TicketKind": "missing_cashback",
        "TicketPartner": value,
    }


def test_the_number_is_that_of_the_account_and_the_request() -> None:
    """R27: a retried request gets the same number, any other its own."""
    number = derive_number("acc-1001", "form-1")
    assert is_canonical(number)
    assert number == derive_number("acc-1001", "form-1")
    others = [("acc-1001", "form-2"), ("acc-1002", "form-1"), ("acc-100", "1form-1")]
    assert number not in [derive_number(*other) for other in others]
    assert len({derive_number(*other) for other in others}) == 3


class Unanswered(OutboundInterceptor):
    """A client of a Temporal server that does not respond in time."""

    async def start_update_with_start_workflow(
        self, input: StartWorkflowUpdateWithStartInput
    ) -> WorkflowUpdateHandle[Any]:
        """Fail as the SDK does."""
        error = RPCError("Timeout expired", RPCStatusCode.DEADLINE_EXCEEDED, b"")
        input._on_start_error(error)
        raise error


class Away(Interceptor):
    """Wraps a client with it."""

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:
        """Wrap every call."""
        return Unanswered(next)


async def test_a_claim_that_is_not_answered_in_time_leaves_nothing_in_the_log() -> None:
    """The SDK says "Future exception was never retrieved" of what nobody asked for."""
    loop, said = asyncio.get_running_loop(), list[str]()
    gc.collect()  # what other tests left behind must not speak here
    before = loop.get_exception_handler()
    client = await Client.connect("127.0.0.1:1", lazy=True, interceptors=[Away()])
    loop.set_exception_handler(lambda _, context: said.append(str(context.get("message"))))
    try:
        with pytest.raises(RPCError):
            await admit_ticket(client, claim_content(), "form-1")
        gc.collect()
        await asyncio.sleep(0)
    finally:
        loop.set_exception_handler(before)
    assert said == []
