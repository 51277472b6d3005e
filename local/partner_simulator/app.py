"""The partners of a local stack:
`python -m local.partner_simulator.app --port N --partners DIR --gateway URL`.

Accepts our signed calls (docs/contract.md, "Our call to a partner"), runs the script of each claim,
and answers by signed calls to the gateway (docs/contract.md, "Partner's call to us").
"""

import argparse
import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from pydantic import ValidationError
from standardwebhooks import Webhook, WebhookVerificationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from domain.errors import InvalidConfiguration, TicketError
from local.http_server import abort_connection, ignore_signals, server
from local.partner_simulator.outcome_sender import OutcomeClient, OutcomeSender
from local.partner_simulator.scripts import DeliveryStep, ModeRequest, Script, SimulatorCall
from local.partner_simulator.store import PartnerStore, ReceivedDelivery
from local.stack.profiles import read_profiles, secret_names
from local.validation_errors import validation_error_response
from process.exit_process import exit_process

GARBAGE = "<html>Thank you for your order"


class PartnerSimulator:
    """All partners: secrets by partner id, one store, one sender."""

    def __init__(
        self, secrets: Mapping[str, str], store: PartnerStore, client: OutcomeClient
    ) -> None:
        """Serve the partners whose secrets are given."""
        self._secrets = secrets
        self._store = store
        self._sender = OutcomeSender(store, client)

    def application(self) -> Starlette:
        """The web application; answers that are due are sent while it runs."""
        routes = [
            Route("/{partner_id}/claims", self.take_claim, methods=["POST"]),
            Route("/scripts/{number}", self.set_script, methods=["PUT"]),
            Route("/behaviour/{partner_id}", self.set_behaviour, methods=["PUT"]),
            Route("/claims.json", self.claims_json),
        ]
        return Starlette(routes=routes, lifespan=self.answering)

    @contextlib.asynccontextmanager
    async def answering(self, application: Starlette | None = None) -> AsyncIterator[None]:
        """Send due outcomes while the context is open."""
        self._sender.resume()
        yield
        await self._sender.stop()

    async def set_script(self, request: Request) -> Response:
        """Store the script of a claim in advance; 422 names the errors of a script."""
        try:
            script = Script.model_validate_json(await request.body())
        except ValidationError as error:
            return validation_error_response(error)
        self._store.set_script(request.path_params["number"], script)
        return JSONResponse(script.model_dump(mode="json"))

    async def set_behaviour(self, request: Request) -> Response:
        """Override all scripts of a partner; `ok` restores them."""
        try:
            behaviour = ModeRequest.model_validate_json(await request.body())
        except ValidationError as error:
            return validation_error_response(error)
        self._store.set_mode(request.path_params["partner_id"], behaviour.mode)
        return JSONResponse({"mode": behaviour.mode})

    async def claims_json(self, request: Request) -> Response:
        """`[{partner_id, number, times, repeated, accepted_at, keys, claim, answers}]`."""
        return JSONResponse(self._store.claims())

    async def take_claim(self, request: Request) -> Response:
        """Check the signature, then take the claim's next step."""
        partner_id = request.path_params["partner_id"]
        body = await request.body()
        if partner_id not in self._secrets:
            return _problem(404, "no such partner")
        if not _signed(self._secrets[partner_id], body, request.headers):
            return _problem(401, "the signature is missing, wrong or too old")
        try:
            number = SimulatorCall.model_validate_json(body).claim.number
        except ValidationError as error:
            return validation_error_response(error)
        key = request.headers.get("idempotency-key", "")
        if not key:
            return _problem(400, "Idempotency-Key is missing")
        return await self._take_step(
            request, ReceivedDelivery(partner_id, number, key, body.decode())
        )

    async def _take_step(self, request: Request, one: ReceivedDelivery) -> Response:
        """A mode of the partner comes first, then a key that it knows already, then the script."""
        self._store.receive(one)
        mode = self._store.mode(one.partner_id)
        if (mode is None or mode.accepts) and self._store.was_accepted(one):
            await asyncio.sleep(mode.amount if mode else 0)
            return _problem(409, "this Idempotency-Key is known already")
        step = mode or self._store.next_step(one)
        if step.accepts:
            return await self._accept(one, step)
        if step.kind == "close":
            abort_connection(request.scope)()
        return _failure(step)

    async def _accept(self, one: ReceivedDelivery, step: DeliveryStep) -> Response:
        """Store the claim, schedule its outcomes, and acknowledge it if the step does."""
        due = self._store.accept(one)
        early = [answer for answer in due if answer.answer.before_acknowledgement]
        self._sender.send_in_background([answer for answer in due if answer not in early])
        await self._sender.send(early)
        await asyncio.sleep(step.amount)
        if step.kind == "ok":
            return Response()
        if step.kind == "garbage":
            return Response(GARBAGE, media_type="application/json")
        return JSONResponse({"reference": f"{one.partner_id}-{one.number}"})


def _failure(step: DeliveryStep) -> Response:
    """The response of a step that does not accept the claim."""
    if step.kind == "throttle":
        return Response(status_code=429, headers={"Retry-After": f"{step.amount:.0f}"})
    status = int(step.amount) or 500
    return _problem(status, "as the script says")


def _problem(status: int, title: str) -> Response:
    return JSONResponse({"title": title}, status, media_type="application/problem+json")


def _signed(secret: str, body: bytes, headers: Mapping[str, str]) -> bool:
    """Whether the call is signed as Standard Webhooks 1.0.0 say, five minutes old at most."""
    try:
        Webhook(secret).verify(body, dict(headers))
    except (WebhookVerificationError, ValueError):  # the package accepts malformed entries
        return False
    return True


def partner_secrets_by_id(profiles: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """Each partner's secret by partner id; raises `InvalidConfiguration` for one that is not
    set.
    """
    names = secret_names(read_profiles(profiles, profiles))
    for name in names.values():
        if name not in environment:
            raise InvalidConfiguration("environment", name, "a secret, whsec_...")
    return {partner_id: environment[name] for partner_id, name in names.items()}


def main() -> None:
    """Read the options and the environment, serve, leave."""
    parser = argparse.ArgumentParser(
        prog="python -m local.partner_simulator.app", description=__doc__
    )
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--partners", type=Path, required=True, help="folder of profiles")
    parser.add_argument("--gateway", required=True, help="where answers go, http://host:port")
    parser.add_argument("--state", default=":memory:", help="SQLite file that survives a restart")
    options = parser.parse_args()
    try:
        secrets = partner_secrets_by_id(options.partners, os.environ)
    except TicketError as error:
        parser.error(str(error))
    store, client = PartnerStore(options.state), OutcomeClient(options.gateway, secrets)
    ignore_signals()
    asyncio.run(
        server(PartnerSimulator(secrets, store, client).application(), options.port).serve()
    )
    store.close()
    exit_process(0)


if __name__ == "__main__":
    main()
