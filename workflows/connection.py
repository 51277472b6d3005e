"""How worker and commands connect to Temporal."""

from temporalio.client import Client
from temporalio.runtime import Runtime

from domain.errors import InvalidConfiguration, TransientError
from process.temporal import connection_options
from workflows.data_converter import DATA_CONVERTER


async def connect(runtime: Runtime | None = None) -> Client:
    """Connect as the SDK's environment configuration says.

    Raises `InvalidConfiguration` for certificates that cannot be used, and `TransientError` if the
    server cannot be reached.
    """
    options = connection_options()
    try:
        return await Client.connect(**options, data_converter=DATA_CONVERTER, runtime=runtime)
    except RuntimeError:
        raise TransientError(f"Temporal at {options['target_host']}: no connection") from None
    except ValueError:
        expected = "expected a certificate and its key in PEM, such as /run/secrets/temporal.pem"
        raise InvalidConfiguration(
            "environment", "TEMPORAL_TLS_CLIENT_CERT_PATH", expected
        ) from None
