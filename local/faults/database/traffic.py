"""Calls of the gateway that read and write the database, all the time; every status is counted."""

import asyncio
import contextlib
import itertools
from collections import Counter
from typing import Any, Final

import httpx
from prometheus_client.parser import text_string_to_metric_families

from local.platform_simulator.tokens import TokenIssuer

CALLERS: Final = 6
EXPECTED: Final = (200, 503)
PAUSE_SECONDS: Final = 0.05
TIMEOUT: Final = 20.0
ACCOUNTS: Final = 200
"""Each may be asked about a hundred times a minute."""
_LINK: Final[dict[str, Any]] = {
    "link_id": "lnk-traffic",
    "partner_id": "velotel",
    "kind": "cashback",
    "clicked_at": "2026-01-01T12:00:00Z",
    "promised_reward": {"amount": "40.00", "currency": "PLN"},
}


class Traffic:
    """`statuses`: of the calls of each phase, 0 for no answer; `phase` is the current one.
    `surprises`: the first answer of each status that is not expected.
    """

    def __init__(self, gateway: str, issuer: TokenIssuer) -> None:
        """Call the gateway at this address with tokens of `issuer`."""
        self._gateway = gateway
        self._issuer = issuer
        self._versions = itertools.count(1)
        self.phase = ""
        self.statuses: Counter[tuple[str, int]] = Counter()
        self.surprises: dict[int, str] = {}

    async def run(self) -> None:
        """Call until cancelled."""
        async with httpx.AsyncClient(
            base_url=self._gateway, trust_env=False, timeout=TIMEOUT
        ) as http:
            await asyncio.gather(*(self._call_all(http) for _ in range(CALLERS)))

    async def _call_all(self, http: httpx.AsyncClient) -> None:
        while True:
            version = next(self._versions)
            account = f"acc-{version % ACCOUNTS}"
            link = {**_LINK, "version": version, "account_id": account}
            await self._call(http, "PUT", "/v1/links", json=[link])
            await self._call(http, "GET", "/v1/events?after=0&limit=10")
            path = f"/v1/accounts/{account}/claimable-links?kind=missing_cashback"
            await self._call(http, "GET", path)
            await self._call(http, "GET", "/v1/tickets?account_id=acc-traffic", as_agent=True)

    async def _call(
        self, http: httpx.AsyncClient, method: str, path: str, as_agent: bool = False, **more: Any
    ) -> None:
        token = self._issuer.agent("dorota") if as_agent else self._issuer.platform()
        phase, status = self.phase, 0
        with contextlib.suppress(httpx.HTTPError):
            headers = {"authorization": f"Bearer {token}"}
            answer = await http.request(method, path, headers=headers, **more)
            status = answer.status_code
            if status not in EXPECTED:
                self.surprises.setdefault(status, f"{method} {path}: {status} {answer.text}")
        self.statuses[phase, status] += 1
        await asyncio.sleep(PAUSE_SECONDS)

    async def all_statuses(self) -> Counter[int]:
        """Return how often the gateway gave each status since its start, to any caller."""
        headers = {"authorization": f"Bearer {self._issuer.operator()}"}
        async with httpx.AsyncClient(base_url=self._gateway, trust_env=False) as http:
            text = (await http.get("/metrics", headers=headers)).raise_for_status().text
        counts: Counter[int] = Counter()
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                if sample.name == "gateway_requests_total":
                    counts[int(sample.labels["status_code"])] += int(sample.value)
        return counts
