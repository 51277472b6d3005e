"""The server that the Compose file names `temporal`: a dev server behind what guards the real one.

nginx asks for a client certificate of the deployment's authority, and for one of the tokens that
are in its files at the time.
"""

import signal
import sys
from pathlib import Path
from typing import Final

from local.stack.ports import HOST
from local.stack.supervisor import ProcessSpec, Supervisor
from tests.support.gateway.nginx import NGINX
from tests.support.sockets import wait_for_port

PORT: Final = 7233
_BEHIND: Final = 17233
_NAME: Final = "temporal-gate"
_TOKENS: Final = ("worker", "gateway", "admin")
_CONFIGURATION: Final = """
daemon off;
user root;
pid {folder}/nginx.pid;
error_log stderr;
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    map_hash_bucket_size 2048;
    map $http_authorization $is_accepted {{
        default 0;
{tokens}
    }}
    server {{
        listen {host}:{port} ssl http2;
        ssl_certificate {secrets}/temporal_frontend.pem;
        ssl_certificate_key {secrets}/temporal_frontend.key;
        ssl_client_certificate {secrets}/temporal_ca.pem;
        ssl_verify_client on;
        client_max_body_size 0;
        location / {{
            error_page 401 = @refused;
            if ($is_accepted = 0) {{ return 401; }}
            grpc_pass grpc://{host}:{behind};
            grpc_read_timeout 180s;
            grpc_send_timeout 180s;
        }}
        location @refused {{
            default_type application/grpc;
            add_header grpc-status 7;
            add_header grpc-message "Request unauthorized.";
            return 204;
        }}
    }}
}}
"""


class TemporalGate:
    """Starts both programs, and starts the gate again with the tokens of the moment."""

    def __init__(self, supervisor: Supervisor, folder: Path, secrets: Path) -> None:
        """Keep its files in `folder`; `secrets` are the deployment's."""
        self._supervisor, self._folder, self._secrets = supervisor, folder, secrets

    async def start(self) -> None:
        """Start the server and the gate."""
        command = (
            str(Path(sys.executable).with_name("temporal")),
            *("server", "start-dev", "--headless", "--ip", HOST, "--port", str(_BEHIND)),
            *("--log-level", "error"),
        )
        await self._supervisor.start(ProcessSpec("temporal", command, folder=self._folder))
        await self._supervisor.run_while_healthy(wait_for_port(_BEHIND))
        await self._start_gate(self._tokens())

    async def refuse_all(self) -> None:
        """Start the gate again: connections end, and no token is good."""
        await self._supervisor.stop(_NAME)
        await self._start_gate([])

    async def accept_new_tokens(self) -> None:
        """Start the gate again: only tokens that are in the files now are good."""
        await self._supervisor.stop(_NAME)
        await self._start_gate(self._tokens())

    async def _start_gate(self, tokens: list[str]) -> None:
        file = self._folder / "gate.conf"
        file.write_text(
            _CONFIGURATION.format(
                folder=self._folder,
                secrets=self._secrets,
                host=HOST,
                port=PORT,
                behind=_BEHIND,
                tokens="\n".join(f'"Bearer {token}" 1;' for token in tokens),
            )
        )
        command = (str(NGINX), "-p", str(self._folder), "-e", "stderr", "-c", str(file))
        spec = ProcessSpec(_NAME, command, folder=self._folder, stop_signal=signal.SIGTERM)
        await self._supervisor.start(spec)
        await self._supervisor.run_while_healthy(wait_for_port(PORT))

    def _tokens(self) -> list[str]:
        files = (self._secrets / f"temporal_{name}_token" for name in _TOKENS)
        return [file.read_text().strip() for file in files]
