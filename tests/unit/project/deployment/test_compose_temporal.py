"""What Temporal's server makes of its environment in the Compose file, by its own template."""

from pathlib import Path
from typing import Any

import pytest

from process.database import JOB_CONNECTIONS, PROBE_CONNECTIONS
from settings.worker import WorkerSettings
from tests.support.compose import SERVICES, environment_of
from tests.support.servers.temporal_configuration import configured_by, requires_caddy

pytestmark = requires_caddy
SERVER = SERVICES["temporal"]
SECRETS = Path("/run/secrets")
WORKERS = 4
"""Worker containers for which the database must have connections."""
OTHER_CONNECTIONS = 3 + 5
"""Three that PostgreSQL reserves for its administrator; schema, migration and start-up checks."""


@pytest.fixture(scope="module")
def configuration(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return configured_by(environment_of("temporal", {}), tmp_path_factory.mktemp("caddy"))


def started_services() -> set[str]:
    return set(environment_of("temporal", {})["TEMPORAL_SERVICES"].split(","))


def test_every_configured_service_is_started_the_internal_frontend_too(
    configuration: dict[str, Any],
) -> None:
    assert started_services() == set(configuration["services"])
    assert "internal-frontend" in started_services()
    assert "publicClient" not in configuration  # the server's own workers find it by its name


def test_only_the_guarded_port_is_published_and_nothing_serves_over_http(
    configuration: dict[str, Any],
) -> None:
    rpc = {name: service["rpc"] for name, service in configuration["services"].items()}
    assert rpc["frontend"]["grpcPort"] == 7233
    assert len({one["grpcPort"] for one in rpc.values()}) == len(rpc)
    assert len({one["membershipPort"] for one in rpc.values()}) == len(rpc)
    assert [one.get("httpPort", 0) for one in rpc.values()] == [0] * len(rpc)
    assert [port.rpartition(":")[2] for port in SERVER["ports"]] == ["7233"]


def test_nobody_but_the_server_knows_the_internal_frontend(configuration: dict[str, Any]) -> None:
    port = str(configuration["services"]["internal-frontend"]["rpc"]["grpcPort"])
    key = Path(configuration["global"]["tls"]["internode"]["server"]["keyFile"]).name
    for name, service in SERVICES.items():
        assert name == "temporal" or key not in service.get("secrets", [])
        assert port not in str(service.get("environment", {})), name


def test_a_caller_needs_a_token_of_our_key(configuration: dict[str, Any]) -> None:
    authorization = configuration["global"]["authorization"]
    assert authorization["authorizer"] == authorization["claimMapper"] == "default"
    (source,) = authorization["jwtKeyProvider"]["keySourceURIs"]
    assert source == f"file://{SECRETS}/temporal_jwks.json"


def test_a_caller_needs_a_certificate_of_the_right_authority(configuration: dict[str, Any]) -> None:
    tls = configuration["global"]["tls"]
    authorities = []
    for group in ("internode", "frontend"):
        server = tls[group]["server"]
        assert server["requireClientAuth"] is True
        assert server["certFile"]
        assert server["keyFile"]
        authorities.append([file for file in server["clientCaFiles"] if file])
    assert [len(found) for found in authorities] == [1, 1]
    assert authorities[0] != authorities[1], "a client's certificate would open the internal port"
    internode = tls["internode"]["client"]
    assert internode["rootCaFiles"] == authorities[0]
    assert internode["serverName"] == "internode"
    assert internode["disableHostVerification"] is False


def test_every_file_is_mounted(configuration: dict[str, Any]) -> None:
    files = [source.removeprefix("file://") for source in strings(configuration["global"])]
    named = {Path(file) for file in files if file.startswith(str(SECRETS))}
    assert len(named) == 7
    assert {file.name for file in named} <= set(SERVER["secrets"])
    mounted = {volume.split(":")[1] for volume in SERVER["volumes"]}
    assert configuration["dynamicConfigClient"]["filepath"] in mounted


def test_all_pools_together_fit_into_the_database(configuration: dict[str, Any]) -> None:
    stores = configuration["persistence"]["datastores"].values()
    assert {store["sql"]["pluginName"] for store in stores} == {"postgres12"}
    assert all(store["sql"]["maxIdleConns"] <= store["sql"]["maxConns"] for store in stores)
    temporal = len(started_services()) * sum(store["sql"]["maxConns"] for store in stores)
    pool = WorkerSettings.model_fields["database_pool_size"].default + PROBE_CONNECTIONS
    ours = WORKERS * (pool + JOB_CONNECTIONS) + 2 * pool
    (limit,) = (
        int(option.partition("=")[2])
        for option in SERVICES["postgres"]["command"]
        if option.startswith("max_connections=")
    )
    assert temporal + ours + OTHER_CONNECTIONS <= limit


def strings(value: Any) -> list[str]:
    """Every text in a nested value."""
    if isinstance(value, dict):
        return [found for one in value.values() for found in strings(one)]
    if isinstance(value, list):
        return [found for one in value for found in strings(one)]
    return [value] if isinstance(value, str) else []
