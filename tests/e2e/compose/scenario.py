"""`python -m tests.e2e.compose.scenario FOLDER`: a ticket in the Compose file's own programs.

Run as root in namespaces of its own for network, processes and mounts, where the names and ports
of the Compose file are free. Ends with 0 if everything came up and tickets reached their partner,
before and after the tokens were replaced.
"""

import asyncio
import fcntl
import socket
import struct
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx
from aiosmtpd.controller import Controller

from adapters.security.jwt import sign_jwt
from local.stack.supervisor import Supervisor
from tests.e2e.compose.deployment import SETTINGS, Deployment
from tests.e2e.compose.temporal_gate import TemporalGate
from tests.support.polling import wait_until
from tests.support.servers.smtp_server import SmtpRecorder

HOST: Final = "127.0.0.1"
MAIL_PORT: Final = 1025
PARTNER: Final = "wsparcie@kwiatek.example"
STEP_SECONDS: Final = 45.0
"""For one step of a ticket: worker and gateway follow a new token within five seconds."""


class Platform:
    """The platform, which files claims, and an agent, who reads tickets."""

    def __init__(self, http: httpx.AsyncClient, secret: str) -> None:
        """Call the gateway with tokens that are signed with this secret."""
        self._http, self._secret = http, secret

    async def file_claim(self, order: str) -> str:
        """File a claim at the partner that is served by e-mail; return the ticket's number."""
        today = datetime.now(UTC)
        headers = self._bearer(roles=["platform"], accounts="*")
        link = {
            "link_id": f"lnk-{order}",
            "version": 1,
            "account_id": f"acc-{order}",
            "partner_id": "kwiatek",
            "kind": "cashback",
            "clicked_at": (today - timedelta(days=12)).isoformat(),
            "promised_reward": {"amount": "10.00", "currency": "PLN"},
        }
        await self._http.put(f"/v1/links/lnk-{order}", json=link, headers=headers)
        claim = {
            "account_id": f"acc-{order}",
            "contact": {"email": "jan@example.com", "name": "Jan Kowalski", "language": "pl"},
            "kind": "missing_cashback",
            "partner_id": "kwiatek",
            "link_id": link["link_id"],
            "ordered_on": f"{today - timedelta(days=11):%Y-%m-%d}",
            "answers": {"order_number": order},
        }
        headers["idempotency-key"] = order
        filed = await self._call("POST", "/v1/tickets", claim, headers, {201})
        assert filed["status"] == "accepted", filed
        return str(filed["number"])

    async def wait_for_state(self, number: str, state: str) -> None:
        """Return once the ticket is in this state."""
        async with asyncio.timeout(STEP_SECONDS):
            while True:
                headers = self._bearer(roles=["agent"])
                ticket = await self._call("GET", f"/v1/tickets/{number}", None, headers, {200})
                if ticket["state"] == state:
                    return
                await asyncio.sleep(0.2)

    async def _call(
        self, method: str, path: str, body: Any, headers: dict[str, str], expected: set[int]
    ) -> dict[str, Any]:
        """Call until there is an answer: there is none while Temporal refuses the old token."""
        async with asyncio.timeout(STEP_SECONDS):
            while True:
                response = await self._http.request(method, path, json=body, headers=headers)
                if response.status_code in expected:
                    return dict(response.json())
                assert response.status_code in {202, 503}, response.text
                await asyncio.sleep(0.5)

    def _bearer(self, **claims: Any) -> dict[str, str]:
        now = int(time.time())
        known = {
            "iss": SETTINGS["TICKETS_JWT_ISSUER"],
            "aud": SETTINGS["TICKETS_JWT_AUDIENCE"],
            "sub": "somebody",
            "iat": now,
            "exp": now + 300,
        }
        return {"authorization": f"Bearer {sign_jwt(self._secret, known | claims)}"}


async def run(folder: Path) -> None:
    """Deploy, file a claim, replace the tokens, file another, and stop everything."""
    mail = SmtpRecorder()
    mailpit = Controller(mail, hostname=HOST, port=MAIL_PORT)
    mailpit.start()
    async with Supervisor(folder / "logs") as supervisor:
        deployment = Deployment(folder, supervisor)
        try:
            await deploy(deployment, supervisor, mail)
        except BaseException:
            print(deployment.logs())
            raise
        finally:
            mailpit.stop()


async def deploy(deployment: Deployment, supervisor: Supervisor, mail: SmtpRecorder) -> None:
    """Start every part in the order of the Compose file, and use it."""
    say = Clock().say
    await deployment.prepare()
    await deployment.start_database()
    say("PostgreSQL with its roles and databases")
    temporal = TemporalGate(supervisor, deployment.folder, deployment.secrets)
    await temporal.start()
    await deployment.run_job("temporal-namespace")
    say("Temporal with its namespace")
    await deployment.run_job("migrate")
    say("migrated")
    for service in ("worker", "gateway"):
        await deployment.start(service)
        deployment.inspect(service)
        say(f"{service} healthy, as user 10001 without rights, read-only, no secret in sight")
    address = f"http://{HOST}:8000"
    async with httpx.AsyncClient(base_url=address, trust_env=False, timeout=30) as http:
        await wait_for_readiness(http, 200)
        platform = Platform(http, deployment.secret("jwt_secret"))
        await platform.wait_for_state(await platform.file_claim("K10001"), "sent_to_partner")
        say("a claim reached its partner")
        await temporal.refuse_all()
        await wait_for_readiness(http, 503)
        say("not ready while Temporal refuses the tokens")
        await deployment.make_secrets()
        await temporal.accept_new_tokens()
        await platform.wait_for_state(await platform.file_claim("K10002"), "sent_to_partner")
        say("another one too, after the tokens were replaced")
    assert [to for to in mail.recipients if to == [PARTNER]] == [[PARTNER]] * 2, mail.recipients
    for service in ("gateway", "worker"):
        await deployment.stop(service)
        say(f"{service} ended well")


async def wait_for_readiness(http: httpx.AsyncClient, status: int) -> None:
    """Return once the gateway answers so."""

    async def found() -> int:
        return (await http.get("/readyz")).status_code

    await wait_until(found, status.__eq__)


class Clock:
    """Says what is done, and after how many seconds."""

    def __init__(self) -> None:
        """Start now."""
        self._start = time.monotonic()

    def say(self, what: str) -> None:
        """Print a line."""
        print(f"{time.monotonic() - self._start:5.1f} s  {what}", flush=True)


def raise_loopback() -> None:
    """Switch the loopback interface of this network namespace on."""
    set_flags, is_up = 0x8914, 0x1
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, set_flags, struct.pack("16sh14x", b"lo", is_up))


if __name__ == "__main__":
    raise_loopback()
    asyncio.run(run(Path(sys.argv[1])))
