"""A codec that imitates encryption."""

import dataclasses
from collections.abc import Sequence
from typing import Final

from temporalio.api.common.v1 import Payload
from temporalio.client import Client
from temporalio.converter import PayloadCodec

KEY: Final = 0x5A


class Scrambled(PayloadCodec):
    """Imitates encryption: no other codec can decode its payloads."""

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [_scrambled(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [
            Payload.FromString(bytes(byte ^ KEY for byte in payload.data))
            if payload.metadata.get("encoding") == b"binary/encrypted"
            else payload
            for payload in payloads
        ]


def _scrambled(payload: Payload) -> Payload:
    data = bytes(byte ^ KEY for byte in payload.SerializeToString())
    return Payload(metadata={"encoding": b"binary/encrypted"}, data=data)


def with_codec(client: Client) -> Client:
    """Return the same client, with the codec."""
    converter = dataclasses.replace(client.data_converter, payload_codec=Scrambled())
    return Client(client.service_client, namespace=client.namespace, data_converter=converter)
