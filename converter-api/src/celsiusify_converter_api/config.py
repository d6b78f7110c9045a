"""All settings: environment variables, `PORT` and those that start with `CELSIUSIFY_`."""

import os
from difflib import get_close_matches
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from celsiusify_converter_api.serving.cpus import usable_cpus

PREFIX = "CELSIUSIFY_"
RETIRED = {"REQUEST_TIMEOUT_S"}
"""Settings of earlier versions, without their prefix: they are accepted, and have no effect."""


class ConfigError(ValueError):
    """An invalid setting, described in one line."""


def parse_networks(value: Any) -> Any:
    """Split a comma-separated list of addresses and networks; empty means none."""
    if not isinstance(value, str):
        return value
    try:
        return tuple(ip_network(part.strip()) for part in value.split(",") if part.strip())
    except ValueError as error:
        raise ValueError(f"expected IP addresses or networks joined by commas: {error}") from error


Networks = Annotated[
    tuple[IPv4Network | IPv6Network, ...], NoDecode, BeforeValidator(parse_networks)
]


class Settings(BaseSettings):
    """The settings of one instance."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    port: int = Field(
        default=8080, ge=1, le=65535, validation_alias="PORT", description="port to listen on"
    )
    host: str = Field(default="0.0.0.0", min_length=1, description="address to listen on")
    workers: int = Field(
        default_factory=usable_cpus, ge=1, le=1024, description="worker processes; one per CPU"
    )
    worker_class: Literal["gevent", "gthread", "sync"] = Field(
        default="gevent", description="gunicorn's worker class: `gevent`, `gthread` or `sync`"
    )
    threads: int = Field(default=4, ge=1, le=1024, description="threads of each `gthread` worker")
    connections: int = Field(
        default=4096,
        ge=1,
        le=1_000_000,
        description="highest number of open connections of a worker",
    )
    keepalive_s: float = Field(
        default=75,
        gt=0,
        le=3600,
        description="how long a connection may wait for its next complete request",
    )
    response_timeout_s: float = Field(
        default=30,
        gt=0,
        le=3600,
        description="how long a client may leave an answer unread",
    )
    drain_s: float = Field(
        default=5,
        ge=0,
        le=3600,
        description="how long requests are taken after SIGTERM, `/readyz` being 503",
    )
    shutdown_timeout_s: int = Field(
        default=20, ge=1, le=3600, description="how long requests in flight may take after that"
    )
    trusted_proxies: Networks = Field(
        default=parse_networks("127.0.0.1,::1"),
        description="peers whose `X-Forwarded-*` headers are believed",
    )
    access_log: bool = Field(
        default=True, description="write a JSON object to stdout for each request"
    )
    log_level: Literal["debug", "info", "warning", "error", "critical"] = Field(
        default="info", description="least severe message on stderr"
    )

    @property
    def worker_threads(self) -> int:
        """The threads of each worker.

        gunicorn would make a sync worker with several threads a gthread worker.
        """
        return self.threads if self.worker_class == "gthread" else 1

    @classmethod
    def load(cls) -> Self:
        """Read the settings from the environment.

        Raises:
            ConfigError: If a setting is invalid, or an unknown name looks like a misspelt setting.
        """
        refuse_slips(cls)
        try:
            return cls()
        except ValidationError as error:
            raise ConfigError("; ".join(map(complaint, error.errors()))) from None


def variable(field: str) -> str:
    """Name a field's environment variable."""
    return str(Settings.model_fields[field].validation_alias or PREFIX + field.upper())


def complaint(error: Any) -> str:
    """Describe an invalid setting in one line: the value, and the expected ones."""
    location = str(error["loc"][0])
    name = variable(location) if location in Settings.model_fields else location
    message = str(error["msg"]).removeprefix("Value error, ").replace("Input should be", "expected")
    return f"{name}={error['input']!r}: {message}"


def refuse_slips(settings: type[Settings]) -> None:
    """Refuse a variable whose name is nearly that of a setting.

    Other variables with the prefix are allowed: Kubernetes makes such names for its Services.
    """
    known = [field.upper() for field in settings.model_fields]
    for name in sorted(os.environ):
        suffix = name.removeprefix(PREFIX)
        if suffix == name or suffix in known or suffix in RETIRED:
            continue
        if meant := get_close_matches(suffix, known, n=1, cutoff=0.8):
            raise ConfigError(
                f"{name} is not a setting; did you mean {variable(meant[0].lower())}?"
            )
