"""Requests of callers with these languages."""

from starlette.requests import Request


def asking(*headers: str) -> Request:
    """A request with these headers `Accept-Language`."""
    raw = [(b"accept-language", header.encode("latin-1")) for header in headers]
    return Request({"type": "http", "method": "GET", "path": "/", "headers": raw})
