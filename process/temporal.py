"""The connection to Temporal, by the SDK's environment configuration."""

import os
from typing import Any

from temporalio.envconfig import ClientConfig

from settings.secrets import with_secret_files


def connection_options() -> dict[str, Any]:
    """Return the arguments of `Client.connect`; without any setting, a server on this machine."""
    environment = with_secret_files(os.environ)
    options: dict[str, Any] = {
        **ClientConfig.load_client_connect_config(override_env_vars=environment)
    }
    options.setdefault("target_host", "localhost:7233")
    return options
