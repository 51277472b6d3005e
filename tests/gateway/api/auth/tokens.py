"""Tokens of a test issuer, and verifiers of them."""

import base64
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import get_default_algorithms
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from adapters.http.webhook_client import open_client
from adapters.security.issuer_keys import IssuerKeys
from adapters.security.jwt import JwtVerifier
from domain.errors import RequestRejected
from local.stack.ports import HOST
from tests.support.gateway.running_gateway import AUDIENCE, ISSUER, JWT_SECRET
from tests.support.gateway.server import serve_app
from tests.support.sockets import listening_socket

OTHER_SECRET: Final = "another-secret-that-was-made-up-for-the-tests-only"


KEY_GENERATORS: Final[dict[str, Callable[[], Any]]] = {
    "RS256": lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "PS256": lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "EdDSA": ed25519.Ed25519PrivateKey.generate,
}


def token_claims(**changes: Any) -> dict[str, Any]:
    """Return the claims of a valid token; a change to `None` omits a claim."""
    now = int(time.time())
    defaults = {"iss": ISSUER, "aud": AUDIENCE, "sub": "platform", "iat": now, "exp": now + 300}
    return {key: value for key, value in (defaults | changes).items() if value is not None}


def shared_secret_verifier(secrets: str = JWT_SECRET) -> JwtVerifier:
    """Return a verifier of tokens that are signed with a shared secret."""
    return JwtVerifier(ISSUER, AUDIENCE, secrets=secrets)


async def is_refused(tokens: JwtVerifier, token: str) -> bool:
    """Say whether a token is refused with `unauthorised`."""
    try:
        await tokens.verify(token)
    except RequestRejected as error:
        return error.code == "unauthorised" and error.field is None
    return False


class TokenIssuer:
    """An issuer's key set over HTTP; `down` responds with an error."""

    def __init__(self) -> None:
        """Start without keys."""
        self.keys: dict[str, tuple[str, Any]] = {}
        self.request_count = 0
        self.down = False
        self.address = ""

    def add_key(self, key_id: str, algorithm: str) -> None:
        """Generate a key and publish it."""
        self.keys[key_id] = (algorithm, KEY_GENERATORS[algorithm]())

    def sign(self, key_id: str, **changes: Any) -> str:
        """Sign a token with a key."""
        algorithm, key = self.keys[key_id]
        return jwt.encode(token_claims(**changes), key, algorithm, headers={"kid": key_id})

    async def publish(self, request: Request) -> Response:
        """Respond with the public keys."""
        self.request_count += 1
        if self.down:
            return Response("gone", 500)
        return JSONResponse({"keys": [self.public(key_id) for key_id in self.keys]})

    def public(self, key_id: str) -> dict[str, Any]:
        """Return the public part of a key."""
        algorithm, key = self.keys[key_id]
        public: dict[str, Any] = json.loads(
            get_default_algorithms()[algorithm].to_jwk(key.public_key())
        )
        return public | {"kid": key_id, "alg": algorithm, "use": "sig"}


@asynccontextmanager
async def run_issuer(refetch_seconds: float = 30) -> AsyncIterator[tuple[TokenIssuer, JwtVerifier]]:
    """Run an issuer, and yield it with a verifier that fetches its keys."""
    issuer = TokenIssuer()
    app: Any = Starlette(routes=[Route("/keys", issuer.publish)])
    with listening_socket() as listening:
        issuer.address = f"http://{HOST}:{listening.getsockname()[1]}/keys"
        async with serve_app(app, listening), open_client({}) as client:
            keys = IssuerKeys(issuer.address, client.fetch, refetch_seconds)
            yield issuer, JwtVerifier(ISSUER, AUDIENCE, keys=keys)


def encoded_part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
