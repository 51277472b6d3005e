"""The HTTP protocol with deadlines: a connection whose peer is too slow is closed."""

import asyncio
import sys
from collections.abc import Callable, Mapping
from typing import Any, Final

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import STATUS_PHRASES, H11Protocol, RequestResponseCycle

from domain.codes import RefusalCode
from gateway.http.problems import MEDIA_TYPE, unlocalized_problem
from gateway.server.connections import ConnectionRegistry, Phase
from gateway.server.request_framing import StrictConnection

_FLUSH_TIMEOUT_SECONDS: Final = 5.0
_MAX_DISCARDED_BYTES: Final = 16 * 1024 * 1024
"""Bytes of a body that are still read after the response."""
_CODES_BY_STATUS: Final = {
    400: RefusalCode.BAD_REQUEST,
    408: RefusalCode.TIMED_OUT,
    414: RefusalCode.ADDRESS_TOO_LONG,
    431: RefusalCode.HEADERS_TOO_LARGE,
}


class DeadlineConfig(uvicorn.Config):
    """The configuration that the protocol needs; times in seconds."""

    connections: ConnectionRegistry
    response_timeout: float
    phase_timeouts: Mapping[str, float]


class DeadlineProtocol(H11Protocol):
    """A connection that is closed when a phase takes too long."""

    conn: StrictConnection

    def __init__(self, config: DeadlineConfig, *arguments: Any, **named: Any) -> None:
        """Start as uvicorn does, with a stricter parser of heads."""
        super().__init__(config, *arguments, **named)
        self.conn = StrictConnection()
        self._deadlines = config
        self._phase: Phase | None = None
        self._response_count = self._discarded = 0
        self._phase_timer: asyncio.TimerHandle | None = None
        self._response_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Register the connection."""
        super().connection_made(transport)
        peer = transport.get_extra_info("peername")
        address = str(peer[0]) if isinstance(peer, tuple) and peer else ""
        self._deadlines.connections.add(self, address)
        self._update_phase()

    def connection_lost(self, exc: Exception | None) -> None:
        """Remove the connection and its timers."""
        self._deadlines.connections.remove(self)
        for timer in (self._phase_timer, self._response_timer):
            if timer:
                timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse data; close the connection if too much follows a finished response."""
        super().data_received(data)
        if self.conn.our_state is h11.DONE and self.conn.their_state is h11.SEND_BODY:
            self._discarded += len(data)
            if self._discarded > _MAX_DISCARDED_BYTES:
                self.transport.close()
        self._update_phase()

    def on_response_complete(self) -> None:
        """Get ready for the next request."""
        self._response_count += 1
        super().on_response_complete()
        self._update_phase()

    def pause_writing(self) -> None:
        """Wait for a peer that does not read our response, within the deadline."""
        super().pause_writing()
        timeout = self._deadlines.response_timeout
        self._response_timer = self.loop.call_later(timeout, self.abort)

    def resume_writing(self) -> None:
        """Continue: the peer has read some of the response."""
        super().resume_writing()
        if self._response_timer:
            self._response_timer.cancel()

    def abort(self) -> None:
        """Close the connection at once."""
        self._deadlines.connections.remove(self)
        self.transport.abort()

    def send_400_response(self, msg: str) -> None:
        """Answer a request that h11 or the stricter parser refused, with a problem."""
        error = sys.exc_info()[1]
        hint = error.error_status_hint if isinstance(error, h11.RemoteProtocolError) else 400
        self._refuse(hint if hint in _CODES_BY_STATUS else 400)

    def _refuse(self, status: int) -> None:
        """Answer with `status` unless a response has started, and close the connection."""
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            for event in _refusal(status):
                self.transport.write(self.conn.send(event) or b"")
        if isinstance(self.cycle, RequestResponseCycle):
            self.cycle.disconnected = True  # whoever reads the body learns that it will not come
            self.cycle.message_event.set()
        self.transport.close()
        self._update_phase()

    def _update_phase(self) -> None:
        """Start the deadline of the current phase if the phase is new."""
        if self.transport.is_closing():
            if self._phase is not None:
                self._phase = None
                self._set_phase_timer(_FLUSH_TIMEOUT_SECONDS, self.abort)
            return
        phase = self._current_phase()
        if phase == self._phase:
            return
        self._phase, self._discarded = phase, 0
        self._deadlines.connections.set_phase(self, phase)
        self._set_phase_timer(self._deadlines.phase_timeouts.get(phase), self._on_timeout)

    def _set_phase_timer(self, seconds: float | None, callback: Callable[[], None]) -> None:
        if self._phase_timer:
            self._phase_timer.cancel()
        self._phase_timer = None if seconds is None else self.loop.call_later(seconds, callback)

    def _current_phase(self) -> Phase:
        if self.conn.their_state is h11.SEND_BODY:
            return "body"
        if self.conn.their_state is not h11.IDLE:
            return "responding"
        return "idle" if self._response_count and not self.conn.has_unread_data else "head"

    def _on_timeout(self) -> None:
        if self._phase == "body" or (self._phase == "head" and self.conn.has_unread_data):
            self._refuse(408)
        else:
            self.transport.close()
            self._update_phase()


def _refusal(status: int) -> tuple[h11.Response, h11.Data, h11.EndOfMessage]:
    body = unlocalized_problem(_CODES_BY_STATUS[status])
    headers = [
        ("content-type", MEDIA_TYPE),
        ("content-length", str(len(body))),
        ("connection", "close"),
    ]
    reason = STATUS_PHRASES.get(status, b"")
    head = h11.Response(status_code=status, headers=headers, reason=reason)
    return head, h11.Data(data=body), h11.EndOfMessage()
