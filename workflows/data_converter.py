"""How payloads are read: as pydantic models where a type is known, raw where none is.

A signal, an update or an input with the wrong number of arguments has no types; decoding it as JSON
could raise, which drops a signal and fails the workflow task for ever. Left raw, it reaches the
domain, which says what is wrong.
"""

import dataclasses
from collections.abc import Sequence
from typing import Any, Final

from temporalio.api.common.v1 import Payload
from temporalio.common import RawValue
from temporalio.contrib.pydantic import PydanticPayloadConverter, pydantic_data_converter
from temporalio.converter import DataConverter


class LenientPayloadConverter(PydanticPayloadConverter):
    """Pydantic's payloads, raw where nobody says what they are."""

    def from_payloads(
        self, payloads: Sequence[Payload], type_hints: list[type] | None = None
    ) -> list[Any]:
        """Read `payloads` by their types; without types, leave them as they are."""
        return super().from_payloads(payloads, type_hints or [RawValue] * len(payloads))


DATA_CONVERTER: Final[DataConverter] = dataclasses.replace(
    pydantic_data_converter, payload_converter_class=LenientPayloadConverter
)
"""For workers and replayers; a gateway may use any converter that writes JSON."""
