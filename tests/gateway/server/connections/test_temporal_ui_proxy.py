"""The proxy of the Temporal UI where nobody signs in with OIDC, with the file of deploy/nginx."""

from pathlib import Path

import httpx

from local.stack.ports import HOST
from tests.support.gateway.nginx import requires_nginx, run_ui_proxy
from tests.support.raw_http_server import run_raw_http_server

pytestmark = requires_nginx


async def test_the_ui_gets_a_token_that_reads_for_a_user_with_a_password(tmp_path: Path) -> None:
    async with (
        run_raw_http_server() as ui,
        run_ui_proxy(ui.port, "reader", tmp_path) as port,
        httpx.AsyncClient(base_url=f"http://{HOST}:{port}", trust_env=False) as http,
    ):
        assert (await http.get("/namespaces")).status_code == 401
        assert (await http.get("/namespaces", auth=("jan", "wrong"))).status_code == 401
        assert ui.calls == []
        assert (await http.get("/namespaces", auth=("jan", "secret"))).status_code == 200
        (call,) = ui.calls
        assert call.headers["authorization"] == "Bearer reader"
        assert call.headers["host"] == f"{HOST}:{port}"
