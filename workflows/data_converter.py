"""Decodes payloads as pydantic models if their types are known, and leaves others raw.

A signal, an update or an input with the wrong number of arguments has no types; decoding it as JSON
could raise, which drops a signal and fails the workflow task permanently. Left raw, it reaches the
message handling, which reports the error.
"""

import dataclasses
from collections.abc import Sequence
from typing import Any, Final

from temporalio.api.common.v1 import Payload
from temporalio.common import RawValue
from temporalio.contrib.pydantic import PydanticPayloadConverter, pydantic_data_converter
from temporalio.converter import DataConverter


class LenientPayloadConverter(PydanticPayloadConverter):
    """Pydantic's converter, which leaves payloads without a type raw."""

    def from_payloads(
        self, payloads: Sequence[Payload], type_hints: list[type] | None = None
    ) -> list[Any]:
        """Decode `payloads` by their types; without types, return them raw."""
        return super().from_payloads(payloads, type_hints or [RawValue] * len(payloads))


DATA_CONVERTER: Final[DataConverter] = dataclasses.replace(
    pydantic_data_converter, payload_converter_class=LenientPayloadConverter
)
"""For workers and replayers; other clients may use any converter that writes JSON."""
