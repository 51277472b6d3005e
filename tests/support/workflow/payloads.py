"""Payloads that no client would send."""

from temporalio.api.common.v1 import Payload
from temporalio.common import RawValue


def raw_payload(data: bytes, encoding: bytes = b"json/plain") -> RawValue:
    """An argument that is sent as these very bytes."""
    return RawValue(Payload(metadata={"encoding": encoding}, data=data))
