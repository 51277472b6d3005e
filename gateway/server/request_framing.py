"""Heads of requests, read more strictly than HTTP allows: what two programs could read in two ways
is refused, and so is what is too long.

h11 reads what passes. A head is looked at as it stands, because h11 mends some of it (folded lines,
repeated lengths, bare ends of lines) before anybody else sees it.
"""

import re
from typing import Any, Final

import h11

LONGEST_TARGET: Final = 8192
LONGEST_FIELDS: Final = 8192
"""Bytes of all header fields together, with their names."""
MOST_FIELDS: Final = 100
MOST_CRUMBS: Final = 1000
CRUMB: Final = 64
"""Bytes that the pieces of a body have on average, once there are many."""
_SLACK: Final = 1024
LONGEST_HEAD: Final = LONGEST_TARGET + LONGEST_FIELDS + _SLACK
_BARE: Final = re.compile(rb"(?<!\r)\n|\r(?=[^\n])|\x00")
_FOLDED: Final = re.compile(rb"\r\n[ \t]")
_LENGTH: Final = re.compile(rb"\r\ncontent-length[ \t]*:([^\r]*)", re.I)
_CODED: Final = re.compile(rb"\r\ntransfer-encoding[ \t]*:", re.I)
_NUMBER: Final = re.compile(rb"[ \t]*[0-9]{1,19}[ \t]*")


class Strict(h11.Connection):
    """The server's side of a connection; `next_event` raises `RemoteProtocolError`, with the status
    in `error_status_hint`, for a head that is not plain.
    """

    def __init__(self) -> None:
        """Begin; no head is longer than `LONGEST_HEAD`."""
        super().__init__(h11.SERVER, LONGEST_HEAD)
        self._pieces = self._bytes = 0

    @property
    def has_begun(self) -> bool:
        """Say whether anything came that was not read yet."""
        return bool(self.trailing_data[0])

    def next_event(self) -> Any:
        """Return what comes next, as h11 says it."""
        if self.their_state is h11.IDLE:
            _look_at(self.trailing_data[0])
            self._pieces = self._bytes = 0
        event = super().next_event()
        if isinstance(event, h11.Data):
            self._pieces, self._bytes = self._pieces + 1, self._bytes + len(event.data)
            if self._pieces > MOST_CRUMBS and self._bytes < self._pieces * CRUMB:
                raise _refused(400)  # a body of crumbs costs a hundred times its size
        return event


def _look_at(received: bytes) -> None:
    end = received.find(b"\r\n\r\n")
    head = received[: end + 2] if end >= 0 else received
    _must_be_short(head)
    if _BARE.search(head) or _FOLDED.search(head):
        raise _refused(400)
    if end >= 0:
        _must_say_one_length(head)


def _must_be_short(head: bytes) -> None:
    line, _, fields = head.partition(b"\r\n")
    if len(line) > LONGEST_TARGET + len("OPTIONS  HTTP/1.1"):
        raise _refused(414)
    if len(fields) > LONGEST_FIELDS or fields.count(b"\r\n") > MOST_FIELDS:
        raise _refused(431)


def _must_say_one_length(head: bytes) -> None:
    lengths, is_coded = _LENGTH.findall(head), _CODED.search(head) is not None
    said = len(lengths) + is_coded
    if said > 1 or not all(_NUMBER.fullmatch(length) for length in lengths):
        raise _refused(400)
    if is_coded and not head.partition(b"\r\n")[0].endswith(b"HTTP/1.1"):
        raise _refused(400)


def _refused(status: int) -> h11.RemoteProtocolError:
    return h11.RemoteProtocolError("a head that is not plain", error_status_hint=status)
