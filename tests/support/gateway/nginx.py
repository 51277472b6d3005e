"""nginx with the configurations of deploy/nginx, in front of a server on loopback."""

import asyncio
import shutil
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from local.stack.ports import HOST, free_ports
from tests.support.sockets import wait_for_port

EXAMPLES: Final = Path(__file__).resolve().parents[3] / "deploy" / "nginx"
PUBLIC_NAME: Final = "tickets.example.com"
NGINX: Final = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
requires_nginx = pytest.mark.skipif(
    NGINX is None, reason="nginx is not installed: apt-get install nginx-light"
)


@asynccontextmanager
async def run_nginx(port: int, folder: Path) -> AsyncIterator[tuple[int, int]]:
    """Run nginx in front of this port; yields the ports for https and http."""
    secure, plain = free_ports(2)
    certificate, key = _create_certificate(folder)
    changes = {
        "server 127.0.0.1:8000;": f"server {HOST}:{port};",
        "listen 80;": f"listen {HOST}:{plain};",
        "listen 443 ssl;": f"listen {HOST}:{secure} ssl;",
        "/etc/ssl/certs/tickets.example.com.pem": str(certificate),
        "/etc/ssl/private/tickets.example.com.key": str(key),
    }
    async with _running("support-tickets.conf", changes, folder, secure):
        yield secure, plain


@asynccontextmanager
async def run_ui_proxy(port: int, token: str, folder: Path) -> AsyncIterator[int]:
    """Run the proxy of the Temporal UI in front of this port; yields its own. Its one user is `jan`
    with the password `secret`.
    """
    (own,) = free_ports(1)
    (folder / "users").write_text("jan:{PLAIN}secret\n")
    (folder / "token.conf").write_text(f'proxy_set_header Authorization "Bearer {token}";\n')
    changes = {
        "listen 127.0.0.1:8081;": f"listen {HOST}:{own};",
        "http://127.0.0.1:8080;": f"http://{HOST}:{port};",
        "/etc/nginx/temporal-ui.htpasswd": str(folder / "users"),
        "/etc/nginx/temporal-ui-token.conf": str(folder / "token.conf"),
    }
    async with _running("temporal-ui.conf", changes, folder, own):
        yield own


@asynccontextmanager
async def _running(
    example: str, changes: Mapping[str, str], folder: Path, port: int
) -> AsyncIterator[None]:
    """Run nginx with a changed example until the context is left."""
    (folder / "nginx.conf").write_text(_configuration(example, changes, folder))
    process = await asyncio.create_subprocess_exec(
        *(str(NGINX), "-p", str(folder), "-e", "stderr", "-c", str(folder / "nginx.conf")),
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await wait_for_port(port)
        yield
    finally:
        process.terminate()
        await process.wait()


def client(port: int) -> httpx.AsyncClient:
    """Return a client that uses the public name."""
    address = f"https://{HOST}:{port}"
    headers = {"host": PUBLIC_NAME}
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return httpx.AsyncClient(
        base_url=address, headers=headers, verify=context, trust_env=False, timeout=30
    )


def _configuration(example: str, changes: Mapping[str, str], folder: Path) -> str:
    text = (EXAMPLES / example).read_text(encoding="utf-8")
    for original, replacement in changes.items():
        assert original in text
        text = text.replace(original, replacement)
    temporary = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = "".join(f"{one}_temp_path {folder}/{one};\n" for one in temporary)
    return (
        f"daemon off;\nuser root;\npid {folder}/nginx.pid;\nerror_log stderr;\n"
        f"events {{ worker_connections 512; }}\nhttp {{\naccess_log off;\n{paths}{text}}}\n"
    )


def _create_certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, PUBLIC_NAME)])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    signed = (
        builder.not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths
