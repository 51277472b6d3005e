"""The gateway as the platform calls it: unanswered calls are repeated, under the same key."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import httpx

from domain.admission.admission import AdmissionResult
from domain.claims.rewards import Link, Reward
from local.platform_simulator.tokens import TokenIssuer
from local.stack.errors import LocalError

POLL_SECONDS: Final = 0.25  # seconds between two tries
TIMEOUT: Final = 20.0  # seconds: the gateway itself waits ten for an answer
MAX_RECORDS_PER_CALL: Final = 1000
MAX_EVENTS_PER_PAGE: Final = 1000
_RETRIED_STATUSES: Final = (202, 502, 503, 504)
_CALLS: Final = {
    "decide": "decision",
    "withdraw": "withdrawal",
    "resend_to_partner": "resend",
    "request_information": "information",
    "provide_information": "information",
}
"""The call of each update (docs/contract.md, "HTTP API")."""


class GatewayRejected(LocalError):
    """The gateway rejects a call."""


class GatewayClient:
    """Calls with a fresh token each time."""

    def __init__(self, http: httpx.AsyncClient, issuer: TokenIssuer) -> None:
        """Call through `http`, whose base URL is the gateway's."""
        self._http = http
        self._issuer = issuer

    async def feed(self, links: Sequence[Link], rewards: Sequence[Reward]) -> None:
        """Send links, then rewards; raises `GatewayRejected` for a record that is refused."""
        for path, records in (("/v1/links", links), ("/v1/rewards", rewards)):
            for start in range(0, len(records), MAX_RECORDS_PER_CALL):
                some = records[start : start + MAX_RECORDS_PER_CALL]
                await self._put(path, [one.model_dump(mode="json") for one in some])

    async def file(self, claim: Mapping[str, Any], key: str) -> AdmissionResult:
        """File a claim; repeated until its answer arrives."""
        answer = await self._call("POST", "/v1/tickets", claim, {"idempotency-key": key})
        return AdmissionResult.model_validate(answer)

    async def ask(
        self, number: str, update: str, request_id: str, payload: Mapping[str, Any]
    ) -> None:
        """Send a command to a ticket, as the agent or the member that `payload` names as its actor.

        Raises `GatewayRejected` if it is refused.
        """
        role, _, name = str(payload["actor"]).partition(":")
        token = self._issuer.agent(name) if role == "agent" else self._issuer.platform()
        content = {**payload, "request_id": request_id}
        del content["actor"]
        bearer = {"authorization": f"Bearer {token}"}
        await self._call("POST", f"/v1/tickets/{number}/{_CALLS[update]}", content, bearer)

    async def events(self) -> list[dict[str, Any]]:
        """Read every event from the beginning."""
        found: list[dict[str, Any]] = []
        after = "0"
        while True:
            page = await self._call("GET", f"/v1/events?after={after}&limit={MAX_EVENTS_PER_PAGE}")
            found += page["events"]
            if page["next"] == after:
                return found
            after = page["next"]

    async def _put(self, path: str, records: list[dict[str, Any]]) -> None:
        answer = await self._call("PUT", path, records)
        for one in answer["results"]:
            if one["result"] not in ("stored", "unchanged"):
                raise GatewayRejected(f"PUT {path}: {one['id']}: {one['result']} {one['errors']}")

    async def _call(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> Any:
        """Return the answer's content; raises `GatewayRejected` for one that will not change."""
        # Not `json=`: that cannot write everything that a member may have typed.
        content = None if body is None else json.dumps(body)
        while True:
            answer = await self._once(method, path, content, headers or {})
            if answer and answer.is_success and answer.status_code not in _RETRIED_STATUSES:
                return answer.json()
            if answer and answer.status_code not in _RETRIED_STATUSES:
                raise GatewayRejected(f"{method} {path}: {answer.status_code} {answer.text}")
            await asyncio.sleep(POLL_SECONDS)

    async def _once(
        self, method: str, path: str, content: str | None, headers: Mapping[str, str]
    ) -> httpx.Response | None:
        """Try once; `None` if there is no response."""
        bearer = f"Bearer {self._issuer.platform()}"
        own = {"authorization": bearer, "content-type": "application/json", **headers}
        try:
            return await self._http.request(method, path, content=content, headers=own)
        except httpx.TransportError:
            return None
