"""Bodies that are handed on to a workflow: read as strictly as it reads them."""

from typing import Any

from fastapi import Request

from domain.reading import LONGEST_MESSAGE, parse
from gateway.problems import Problem


async def message_in(request: Request) -> Any:
    """Return the JSON of a body; raises `too_large`, or `malformed` for what no workflow could
    read: nested too deeply, or with numbers that are none.
    """
    raw = await request.body()
    if len(raw) > LONGEST_MESSAGE:
        raise Problem("too_large")
    told = parse(raw)
    if told is None:
        raise Problem("malformed", {"body": "json"})
    return told
