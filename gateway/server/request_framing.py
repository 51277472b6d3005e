"""Strict parsing of request heads: ambiguous and overlong heads are refused.

The raw head is checked before h11 parses it, because h11 repairs some faults (folded lines,
repeated lengths, bare line ends) that another program in between may read differently.
"""

import re
from typing import Any, Final

import h11

MAX_TARGET_BYTES: Final = 8192
MAX_HEADER_BYTES: Final = 8192
"""All header fields together, with their names."""
MAX_HEADER_FIELDS: Final = 100
MAX_SMALL_CHUNKS: Final = 1000
MIN_AVERAGE_CHUNK_BYTES: Final = 64
"""Of a chunked body, once it has many chunks."""
_HEAD_SLACK_BYTES: Final = 1024
MAX_HEAD_BYTES: Final = MAX_TARGET_BYTES + MAX_HEADER_BYTES + _HEAD_SLACK_BYTES
_BARE: Final = re.compile(rb"(?<!\r)\n|\r(?=[^\n])|\x00")
_FOLDED: Final = re.compile(rb"\r\n[ \t]")
_LENGTH: Final = re.compile(rb"\r\ncontent-length[ \t]*:([^\r]*)", re.I)
_CODED: Final = re.compile(rb"\r\ntransfer-encoding[ \t]*:", re.I)
_NUMBER: Final = re.compile(rb"[ \t]*[0-9]{1,19}[ \t]*")


class StrictConnection(h11.Connection):
    """The server's side of a connection.

    `next_event` raises `RemoteProtocolError` for a refused head, with its status in
    `error_status_hint`.
    """

    def __init__(self) -> None:
        """Allow heads of up to `MAX_HEAD_BYTES`."""
        super().__init__(h11.SERVER, MAX_HEAD_BYTES)
        self._chunks = self._bytes = 0

    @property
    def has_unread_data(self) -> bool:
        """Say whether there is received data that was not parsed yet."""
        return bool(self.trailing_data[0])

    def next_event(self) -> Any:
        """Return h11's next event."""
        if self.their_state is h11.IDLE:
            _check_head(self.trailing_data[0])
            self._chunks = self._bytes = 0
        event = super().next_event()
        if isinstance(event, h11.Data):
            self._chunks, self._bytes = self._chunks + 1, self._bytes + len(event.data)
            if (
                self._chunks > MAX_SMALL_CHUNKS
                and self._bytes < self._chunks * MIN_AVERAGE_CHUNK_BYTES
            ):
                raise _framing_error(400)  # a body of tiny chunks costs a hundred times its size
        return event


def _check_head(received: bytes) -> None:
    end = received.find(b"\r\n\r\n")
    head = received[: end + 2] if end >= 0 else received
    _check_length(head)
    if _BARE.search(head) or _FOLDED.search(head):
        raise _framing_error(400)
    if end >= 0:
        _check_body_length(head)


def _check_length(head: bytes) -> None:
    line, _, fields = head.partition(b"\r\n")
    if len(line) > MAX_TARGET_BYTES + len("OPTIONS  HTTP/1.1"):
        raise _framing_error(414)
    if len(fields) > MAX_HEADER_BYTES or fields.count(b"\r\n") > MAX_HEADER_FIELDS:
        raise _framing_error(431)


def _check_body_length(head: bytes) -> None:
    lengths, is_coded = _LENGTH.findall(head), _CODED.search(head) is not None
    declarations = len(lengths) + is_coded
    if declarations > 1 or not all(_NUMBER.fullmatch(length) for length in lengths):
        raise _framing_error(400)
    if is_coded and not head.partition(b"\r\n")[0].endswith(b"HTTP/1.1"):
        raise _framing_error(400)


def _framing_error(status: int) -> h11.RemoteProtocolError:
    return h11.RemoteProtocolError("a refused head", error_status_hint=status)
