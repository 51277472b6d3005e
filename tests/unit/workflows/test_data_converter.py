"""Payloads are decoded by their type if one is known, and stay raw otherwise."""

import json

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.common import RawValue
from temporalio.converter import PayloadConverter

from domain.tickets.snapshot import TicketOutcome
from workflows.client import build_start_operation
from workflows.data_converter import DATA_CONVERTER

NUMBER = "ZW-4KQ7-P9XT-M2AB-C"
JSON = {"encoding": b"json/plain"}
HOSTILE = [
    Payload(metadata=JSON, data=b"{not json"),
    Payload(metadata=JSON, data=b"\xff\xfe"),
    Payload(metadata=JSON, data=b""),
    Payload(metadata={"encoding": b"binary/plain"}, data=b"\x00\x01"),
    Payload(metadata={"encoding": b"no/such-encoding"}, data=b"{}"),
    Payload(metadata={}, data=b"{}"),
]


def payload_converter() -> PayloadConverter:
    """The converter of our workers, as the SDK wraps it."""
    return DATA_CONVERTER.payload_converter


@pytest.mark.parametrize("payload", HOSTILE, ids=range(len(HOSTILE)))
def test_a_payload_without_a_type_stays_raw(payload: Payload) -> None:
    """Decoding could raise, which drops a signal or fails the workflow task permanently."""
    (value,) = payload_converter().from_payloads([payload])
    assert isinstance(value, RawValue)
    assert value.payload == payload


@pytest.mark.parametrize("count", [0, 2, 3])
def test_any_number_of_untyped_arguments_stays_raw(count: int) -> None:
    values = payload_converter().from_payloads(HOSTILE[:count])
    assert [value.payload for value in values] == HOSTILE[:count]


@pytest.mark.parametrize("payload", HOSTILE, ids=range(len(HOSTILE)))
def test_a_payload_that_is_requested_raw_stays_raw(payload: Payload) -> None:
    (value,) = payload_converter().from_payloads([payload], [RawValue])
    assert value.payload == payload


def test_a_payload_of_a_known_type_is_decoded_as_its_model() -> None:
    outcome = TicketOutcome.model_validate({"number": NUMBER, "state": "resolved"})
    encoded = payload_converter().to_payloads([outcome])
    assert payload_converter().from_payloads(encoded, [TicketOutcome]) == [outcome]


def test_a_malformed_value_of_a_known_type_is_refused() -> None:
    with pytest.raises(ValueError, match="state"):
        payload_converter().from_payloads(
            [Payload(metadata=JSON, data=b'{"number": "x"}')], [TicketOutcome]
        )


async def test_a_claim_is_encoded_as_plain_json() -> None:
    """So every converter of a gateway encodes it in the same way."""
    claim = {"account_id": "acc-1", "answers": {"note": "zażółć \x00 <b>"}}
    (argument,) = build_start_operation(claim, NUMBER)._start_workflow_input.args
    (encoded,) = payload_converter().to_payloads([argument])
    assert encoded.metadata["encoding"] == b"json/plain"
    assert json.loads(encoded.data) == claim
