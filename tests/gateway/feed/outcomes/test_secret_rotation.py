"""Partners' secrets while they rotate."""

from collections.abc import Mapping

import pytest

from adapters.security.webhook_signatures import verify_signature
from domain.errors import RequestRejected
from tests.support.gateway.partner_client import signed_headers
from tests.support.gateway.processes import second_gateway
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.workflow.partner_server import SECRET

NEW_SECRET = "whsec_" + "B" * 43 + "="


async def test_a_secret_rotates_without_a_gap(gateway: RunningGateway) -> None:
    body = b"[]"
    rotating = {"TICKETS_PARTNER_SECRET_VELOTEL": f"{NEW_SECRET} {SECRET}"}
    async with second_gateway(gateway, **rotating) as http:

        async def status(secret: str, partner_id: str = "velotel") -> int:
            headers: Mapping[str, str] = signed_headers(body, gateway.new_id("msg"), secret)
            address = f"/v1/partners/{partner_id}/outcomes"
            return (await http.post(address, content=body, headers=headers)).status_code

        assert [await status(NEW_SECRET), await status(SECRET)] == [202, 202]
        assert await status(NEW_SECRET, "buchkiste") == 401


def test_a_message_may_carry_signatures_of_several_secrets() -> None:
    old, new = signed_headers(b"{}", "m-1", SECRET), signed_headers(b"{}", "m-1", NEW_SECRET)
    both = old | {"webhook-signature": f"{new['webhook-signature']} {old['webhook-signature']}"}
    for headers in (both, old):
        assert verify_signature(b"{}", headers, [SECRET]).message_id == "m-1"
    with pytest.raises(RequestRejected, match="unauthorised"):
        verify_signature(b"{}", old, [NEW_SECRET])
