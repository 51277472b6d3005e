"""Ending sessions by the API."""

import httpx

from tests.support.gateway.running_gateway import RunningGateway


async def end_sessions(
    gateway: RunningGateway, headers: dict[str, str], kind: str, subject: str
) -> httpx.Response:
    """End all sessions of a subject."""
    subject_fields = {"kind": kind, "subject": subject}
    return await gateway.http.post("/v1/sessions/end", json=subject_fields, headers=headers)
