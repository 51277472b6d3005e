"""Requests with `Accept-Language`."""

from starlette.requests import Request


def request_accepting(*headers: str) -> Request:
    """Return a request with these `Accept-Language` headers."""
    raw = [(b"accept-language", header.encode("latin-1")) for header in headers]
    return Request({"type": "http", "method": "GET", "path": "/", "headers": raw})
