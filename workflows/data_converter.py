"""Decodes payloads as pydantic models if their types are known, and leaves others raw.

Typed payloads are results, arguments and states that our own processes have stored in a history:
they are decoded without checks (docs/decisions/0031-stored-content-is-read-without-checks.md).

A signal, an update or an input with the wrong number of arguments has no types; decoding it as JSON
could raise, which drops a signal and fails the workflow task permanently. Left raw, it reaches the
message handling, which reports the error.
"""

from collections.abc import Sequence
from typing import Any, Final

from temporalio.api.common.v1 import Payload
from temporalio.common import RawValue
from temporalio.contrib.pydantic import PydanticJSONPlainPayloadConverter
from temporalio.converter import (
    CompositePayloadConverter,
    DataConverter,
    DefaultPayloadConverter,
    JSONPlainPayloadConverter,
)

from domain.values.stored import stored_validator


class StoredJsonConverter(PydanticJSONPlainPayloadConverter):
    """Pydantic's converter of JSON, without the checks of its models."""

    def from_payload(self, payload: Payload, type_hint: Any = None) -> Any:
        """Decode `payload` as `type_hint`, or as it is without one."""
        return stored_validator(Any if type_hint is None else type_hint).validate_json(payload.data)


class StoredPayloadConverter(CompositePayloadConverter):
    """The SDK's converter, with pydantic for JSON."""

    def __init__(self) -> None:
        """Replace the SDK's converter of JSON."""
        super().__init__(
            *(
                StoredJsonConverter() if isinstance(one, JSONPlainPayloadConverter) else one
                for one in DefaultPayloadConverter.default_encoding_payload_converters
            )
        )


class LenientPayloadConverter(StoredPayloadConverter):
    """Leaves payloads without a type raw."""

    def from_payloads(
        self, payloads: Sequence[Payload], type_hints: list[type] | None = None
    ) -> list[Any]:
        """Decode `payloads` by their types; without types, return them raw."""
        return super().from_payloads(payloads, type_hints or [RawValue] * len(payloads))


DATA_CONVERTER: Final = DataConverter(payload_converter_class=LenientPayloadConverter)
"""For workers and replayers; other clients may use any converter that writes JSON."""
CLIENT_CONVERTER: Final = DataConverter(payload_converter_class=StoredPayloadConverter)
"""For the gateway, which also reads the details of errors: they have no type."""
