"""`python -m bench.flood_traffic`: one flood at full speed, in a separate process.

Reads a `Flood` as JSON from standard input, floods for its time, prints the number of responses by
status as JSON. Sends to a loopback address only.
"""

import asyncio
import contextlib
import itertools
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Final, Literal, NamedTuple
from urllib.parse import urlencode

from standardwebhooks import Webhook

from domain.values.types import FrozenModel
from local.stack.ports import HOST

FloodKind = Literal["partner", "member", "anonymous", "idle"]
CONNECTIONS: Final[dict[FloodKind, int]] = {
    "partner": 8,
    "member": 16,
    "anonymous": 16,
    "idle": 1500,
}
SMALL_OUTCOMES: Final = 1000
LARGE_OUTCOMES: Final = 20
LONG_TEXT: Final = "x" * 3500
SEPARATORS: Final = "&=;," * 15_000
RESPONSE_TIMEOUT_SECONDS: Final = 30.0
IDLE_PAUSE_SECONDS: Final = 0.5
JSON_TYPE: Final = "application/json"
FORM_TYPE: Final = "application/x-www-form-urlencoded"


class Flood(FrozenModel):
    """What to send, where to, and for how many seconds; `number`, `token` and `secret` are those
    of the flooded ticket.
    """

    kind: FloodKind
    port: int
    seconds: float
    partner_id: str
    number: str
    token: str
    secret: str


class RawCall(NamedTuple):
    """A request to be sent."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes = b""

    def raw(self) -> bytes:
        """The bytes on the wire (HTTP/1.1)."""
        known = {"host": HOST, "content-length": str(len(self.body))} | self.headers
        lines = [f"{self.method} {self.target} HTTP/1.1", *(f"{k}: {v}" for k, v in known.items())]
        return "\r\n".join([*lines, "", ""]).encode() + self.body


def partner_calls(flood: Flood) -> Iterator[RawCall]:
    """Signed lists for one ticket, in turns a thousand small outcomes and some with long texts."""
    webhook, target = Webhook(flood.secret), f"/v1/partners/{flood.partner_id}/outcomes"
    for serial in itertools.count():
        message_id = f"flood-{serial}-{random.getrandbits(64)}"
        count, text = [(SMALL_OUTCOMES, "?"), (LARGE_OUTCOMES, LONG_TEXT)][serial % 2]
        outcomes = [
            {
                "outcome_id": f"{message_id}-{index}",
                "number": flood.number,
                "outcome": "information_requested",
                "questions": [text],
            }
            for index in range(count)
        ]
        body, now = json.dumps(outcomes), datetime.now(UTC)
        headers = {
            "webhook-id": message_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": webhook.sign(message_id, now, body),
            "content-type": JSON_TYPE,
        }
        yield RawCall("POST", target, headers, body.encode())


def member_calls(flood: Flood) -> Iterator[RawCall]:
    """A new answer each time, through the link of one e-mail."""
    target = f"/tickets/{flood.number}/information?token={flood.token}"
    for serial in itertools.count():
        form = {"note": f"{serial}-{random.getrandbits(64)}", "note-1": f"answer {serial}"}
        yield RawCall("POST", target, {"content-type": FORM_TYPE}, urlencode(form).encode())


def anonymous_calls(flood: Flood) -> Iterator[RawCall]:
    """Requests without a token that are cheap to send: separators, headers, forms, documents."""
    many = {f"x-{index}": "y" * 50 for index in range(90)}
    calls = [
        RawCall("GET", f"/form?{SEPARATORS}", {}),
        RawCall("GET", "/form", {"cookie": SEPARATORS}),
        RawCall("GET", "/form", many),
        RawCall("POST", "/form/sign-in", {"content-type": FORM_TYPE}, SEPARATORS.encode()),
        RawCall("GET", "/openapi.json", {}),
        RawCall("GET", "/readyz", {}),
        RawCall("POST", "/v1/tickets", {"content-type": JSON_TYPE}, b"[" * 60_000),
        RawCall("POST", f"/v1/partners/{flood.partner_id}/outcomes", {}, b"[" * 60_000),
        RawCall("GET", f"/v1/tickets?{SEPARATORS}", {"authorization": "Bearer x.y.z"}),
    ]
    yield from itertools.cycle(calls)


CALLS: Final[dict[FloodKind, Callable[[Flood], Iterator[RawCall]]]] = {
    "partner": partner_calls,
    "member": member_calls,
    "anonymous": anonymous_calls,
}


async def flooded(flood: Flood) -> Counter[str]:
    """Flood until the time is over; return how often each status came."""
    measurements: Counter[str] = Counter()
    until = time.monotonic() + flood.seconds
    if flood.kind == "idle":
        work = [idle(flood, index, measurements, until) for index in range(CONNECTIONS["idle"])]
    else:
        calls = CALLS[flood.kind](flood)
        work = [busy(flood, calls, measurements, until) for _ in range(CONNECTIONS[flood.kind])]
    await asyncio.gather(*work)
    return measurements


async def busy(
    flood: Flood, calls: Iterator[RawCall], measurements: Counter[str], until: float
) -> None:
    """Send one call after the other; a connection that was closed is opened again."""
    while time.monotonic() < until:
        try:
            reader, writer = await asyncio.open_connection(HOST, flood.port)
        except OSError:
            measurements["no connection"] += 1
            await asyncio.sleep(0.01)
            continue
        with contextlib.closing(writer):
            try:
                while time.monotonic() < until:
                    writer.write(next(calls).raw())
                    status, closes = await asyncio.wait_for(
                        response(reader), RESPONSE_TIMEOUT_SECONDS
                    )
                    measurements[status] += 1
                    if closes:
                        break
            except (OSError, ValueError, EOFError, TimeoutError) as error:
                measurements[type(error).__name__] += 1


async def response(reader: asyncio.StreamReader) -> tuple[str, bool]:
    """Read one answer; return its status, and whether the server closes the connection."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    lines = head.split("\r\n")
    fields = dict(line.partition(":")[::2] for line in lines[1:] if line)
    await reader.readexactly(int(fields.get("content-length", "0")))
    return lines[0].split(" ")[1], fields.get("connection", "").strip() == "close"


HALF_SENT: Final = (
    b"",
    b"GET /form HTTP/1.1\r\nhost: x\r\n",
    b"POST /form/sign-in HTTP/1.1\r\nhost: x\r\ncontent-length: 60000\r\n\r\n" + b"a" * 30_000,
    b"GET / HTTP/1.1\r\nhost: x\r\nx-long: " + b"a" * 7_000,
)


async def idle(flood: Flood, index: int, measurements: Counter[str], until: float) -> None:
    """Hold a connection whose request never ends; open it again whenever it is closed."""
    while time.monotonic() < until:
        try:
            reader, writer = await asyncio.open_connection(HOST, flood.port)
        except OSError:
            measurements["no connection"] += 1
            await asyncio.sleep(IDLE_PAUSE_SECONDS)
            continue
        with contextlib.closing(writer):
            writer.write(HALF_SENT[index % len(HALF_SENT)])
            measurements["opened"] += 1
            with contextlib.suppress(OSError, TimeoutError):
                await asyncio.wait_for(reader.read(), max(0.0, until - time.monotonic()))
                measurements["closed by the server"] += 1
        await asyncio.sleep(IDLE_PAUSE_SECONDS)


if __name__ == "__main__":
    print(json.dumps(asyncio.run(flooded(Flood.model_validate_json(sys.stdin.read())))))
