"""Where each part of the local stack listens, always on 127.0.0.1."""

import contextlib
import socket
from typing import Annotated, Self

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from domain.errors import InvalidConfiguration
from local.stack.errors import PortTaken

HOST = "127.0.0.1"
PREFIX = "TICKETS_LOCAL_"
PARTS = {
    "temporal_port": "Temporal server",
    "ui_port": "Temporal UI",
    "temporal_metrics_port": "Temporal server (metrics)",
    "postgres_port": "PostgreSQL server",
    "smtp_port": "mail catcher (SMTP)",
    "mailbox_port": "mail catcher (pages)",
    "partners_port": "partner simulator",
    "gateway_port": "gateway",
    "platform_port": "platform simulator",
}

Port = Annotated[int, Field(ge=1, le=65535)]


class Ports(BaseSettings):
    """One port per part, each from the environment as `TICKETS_LOCAL_<NAME>`."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True)

    temporal_port: Port = 7233
    ui_port: Port = 8233
    temporal_metrics_port: Port = 9233
    postgres_port: Port = 15432
    smtp_port: Port = 2525
    mailbox_port: Port = 8025
    partners_port: Port = 8090
    gateway_port: Port = 8000
    platform_port: Port = 8100

    @classmethod
    def from_environment(cls) -> Self:
        """Read the settings; raises `InvalidConfiguration` naming the first wrong variable."""
        try:
            return cls()
        except ValidationError as error:
            first = error.errors()[0]
            variable = PREFIX + str(first["loc"][0]).upper()
            raise InvalidConfiguration("environment", variable, "a port, 1 to 65535") from error

    @classmethod
    def free(cls) -> Self:
        """Ports that nobody uses now, so that one stack can run beside another."""
        return cls.model_validate(dict(zip(PARTS, free_ports(len(PARTS)), strict=True)))

    def check(self) -> None:
        """Raise `PortTaken` for the first part whose port is in use, also by another part."""
        with contextlib.ExitStack() as held:
            for name, part in PARTS.items():
                port: int = getattr(self, name)
                try:
                    held.enter_context(_bound(port))
                except OSError as error:
                    raise PortTaken(part, port, PREFIX + name.upper()) from error


def free_ports(count: int) -> list[int]:
    """As many different free ports of the loopback interface."""
    with contextlib.ExitStack() as held:
        return [_reserved(held.enter_context(_bound(0))) for _ in range(count)]


def _bound(port: int) -> socket.socket:
    """A listening socket on the port; raises `OSError` if the port is in use."""
    bound = socket.socket()
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((HOST, port))
        bound.listen()
    except OSError:
        bound.close()
        raise
    return bound


def _reserved(listening: socket.socket) -> int:
    """The socket's port, left in TIME_WAIT: the system gives it to nobody who asks for any port.

    Temporal's dev server picks its inner ports that way, also for another stack at this moment.
    """
    address = listening.getsockname()
    with socket.create_connection(address):
        accepted, _ = listening.accept()
        accepted.close()
    return int(address[1])
