"""How the gateway is served: uvicorn with deadlines and bounds, which it does not have itself.

A head has ten seconds from its first byte (or from the connection's beginning), a body thirty, a
peer that takes our answer thirty for each piece; between two calls a connection is kept for as long
as the setting says. See docs/decisions/0060.
"""

import asyncio
import logging
import signal
import socket
import sys
from typing import Any, Final

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import STATUS_PHRASES, H11Protocol, RequestResponseCycle

from gateway.http.problems import MEDIA_TYPE, unlocalized_problem
from gateway.server.connections import ACCEPT_BACKLOG, ConnectionRegistry, Phase, RepeatedLineFilter
from gateway.server.request_framing import StrictConnection

log = logging.getLogger("gateway")
SHUTDOWN_TIMEOUT_SECONDS: Final = (
    15  # seconds for what is under way at the end: longer than a claim is waited for
)
SOCKET_BACKLOG: Final = 1024
"""Connections that the system holds for us until they are accepted."""
_HEAD_TIMEOUT_SECONDS: Final = 10.0
_BODY_TIMEOUT_SECONDS: Final = 30.0
_RESPONSE_TIMEOUT_SECONDS: Final = 30.0
_FLUSH_TIMEOUT_SECONDS: Final = 5.0
_MAX_DISCARDED_BYTES: Final = 16 * 1024 * 1024
"""Bytes of a body that are still read after its call was answered."""
_CODES_BY_STATUS: Final = {
    400: "bad_request",
    408: "timed_out",
    414: "address_too_long",
    431: "headers_too_large",
}


class ServerConfig(uvicorn.Config):
    """How an application is served; `most` connections at once, each kept for `keep_alive` seconds
    between two calls, and `trusted` proxies whose word for the client's address counts.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        most: int = 1000,
        keep_alive: int = 75,
        trusted: str = "127.0.0.1,::1",
        head: float = _HEAD_TIMEOUT_SECONDS,
        body: float = _BODY_TIMEOUT_SECONDS,
        answer: float = _RESPONSE_TIMEOUT_SECONDS,
        grace: int = SHUTDOWN_TIMEOUT_SECONDS,
    ) -> None:
        """Serve `app`; the rest in seconds: for a head, a body, a peer that takes our answer."""
        super().__init__(
            app,
            http=DeadlineProtocol,
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            backlog=ACCEPT_BACKLOG,
            timeout_keep_alive=keep_alive,
            timeout_graceful_shutdown=grace,
            proxy_headers=True,
            forwarded_allow_ips=trusted,
        )
        self.room = ConnectionRegistry(most)
        self.answer_seconds = answer
        self.seconds: dict[Phase, float] = {"head": head, "kept": keep_alive, "body": body}


class DeadlineProtocol(H11Protocol):
    """A connection that ends when its peer lets us wait."""

    conn: StrictConnection

    def __init__(self, config: ServerConfig, *arguments: Any, **named: Any) -> None:
        """Begin as uvicorn does, with stricter eyes for heads."""
        super().__init__(config, *arguments, **named)
        self.conn = StrictConnection()
        self._serving = config
        self._phase: Phase | None = None
        self._answered = self._discarded = 0
        self._timer: asyncio.TimerHandle | None = None
        self._taking: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the connection in."""
        super().connection_made(transport)
        peer = transport.get_extra_info("peername")
        self._serving.room.enter(self, str(peer[0]) if isinstance(peer, tuple) and peer else "")
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of it."""
        self._serving.room.leave(self)
        for timer in (self._timer, self._taking):
            if timer:
                timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on."""
        super().data_received(data)
        if self.conn.our_state is h11.DONE and self.conn.their_state is h11.SEND_BODY:
            self._discarded += len(data)
            if self._discarded > _MAX_DISCARDED_BYTES:
                self.transport.close()
        self._watch()

    def on_response_complete(self) -> None:
        """Be ready for the next call."""
        self._answered += 1
        super().on_response_complete()
        self._watch()

    def pause_writing(self) -> None:
        """Wait for a peer that does not take our answer, but not for ever."""
        super().pause_writing()
        self._taking = self.loop.call_later(self._serving.answer_seconds, self.cut)

    def resume_writing(self) -> None:
        """Go on: it took some."""
        super().resume_writing()
        if self._taking:
            self._taking.cancel()

    def cut(self) -> None:
        """End it at once."""
        self._serving.room.leave(self)
        self.transport.abort()

    def send_400_response(self, msg: str) -> None:
        """Refuse what h11 or we could not read, in the words of our other refusals."""
        error = sys.exc_info()[1]
        hint = error.error_status_hint if isinstance(error, h11.RemoteProtocolError) else 400
        self._refuse(hint if hint in _CODES_BY_STATUS else 400)

    def _refuse(self, status: int) -> None:
        """Answer with `status` where nothing was answered yet, and close."""
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            body = unlocalized_problem(_CODES_BY_STATUS[status])
            headers = [
                ("content-type", MEDIA_TYPE),
                ("content-length", str(len(body))),
                ("connection", "close"),
            ]
            head = h11.Response(
                status_code=status, headers=headers, reason=STATUS_PHRASES.get(status, b"")
            )
            for event in (head, h11.Data(data=body), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
        if isinstance(self.cycle, RequestResponseCycle):
            self.cycle.disconnected = True  # who reads the body learns that no more will come
            self.cycle.message_event.set()
        self.transport.close()
        self._watch()

    def _watch(self) -> None:
        """Begin the time of what the connection is at, if that is something new."""
        if self.transport.is_closing():
            if self._phase is not None:
                self._phase = None
                self._wait(_FLUSH_TIMEOUT_SECONDS, self.cut)
            return
        phase = self._now_at()
        if phase == self._phase:
            return
        self._phase, self._discarded = phase, 0
        self._serving.room.move(self, phase)
        self._wait(self._serving.seconds.get(phase), self._late)

    def _wait(self, seconds: float | None, then: Any) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer = None if seconds is None else self.loop.call_later(seconds, then)

    def _now_at(self) -> Phase:
        if self.conn.their_state is h11.SEND_BODY:
            return "body"
        if self.conn.their_state is not h11.IDLE:
            return "answering"
        return "kept" if self._answered and not self.conn.workflow_exists else "head"

    def _late(self) -> None:
        if self._phase == "body" or (self._phase == "head" and self.conn.workflow_exists):
            self._refuse(408)
        else:
            self.transport.close()
            self._watch()


class Server(uvicorn.Server):
    """A server whose queue of new connections is longer than the handful it accepts at once."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen."""
        await super().startup(sockets)
        for listening in sockets or []:
            listening.listen(SOCKET_BACKLOG)
            log.info("listening at %s, port %d", *listening.getsockname()[:2])


def listen(host: str, port: int) -> socket.socket:
    """Bind a socket for `host`, a name or an address of either family; raises `OSError`.

    It is TCP by name: only then asyncio sends at once what is written.
    """
    found = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP, flags=socket.AI_PASSIVE
    )
    family, kind, protocol, _, address = found[0]
    bound = socket.socket(family, kind, protocol)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
    except OSError:
        bound.close()
        raise
    return bound


def serve(config: ServerConfig, listening: socket.socket) -> None:
    """Serve until SIGTERM or Ctrl-C, which uvicorn raises anew at its end: that is no failure."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    for name in ("asyncio", "uvicorn.error"):
        logging.getLogger(name).addFilter(RepeatedLineFilter())
    Server(config).run(sockets=[listening])
