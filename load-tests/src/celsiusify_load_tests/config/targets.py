"""Read the targets from targets.yaml."""

from collections.abc import Iterable, Mapping
from dataclasses import field
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator
from pydantic.dataclasses import dataclass

from celsiusify_load_tests.client.base import Answer, Client, Request, Timeouts
from celsiusify_load_tests.client.http1.request import parse_origin
from celsiusify_load_tests.client.registry import PROTOCOLS
from celsiusify_load_tests.config.validation import STRICT, checked, read_yaml
from celsiusify_load_tests.errors import TargetError

Port = Annotated[int, Field(ge=1, le=65535)]


@dataclass(frozen=True, config=STRICT)
class Metrics:
    """The Prometheus counter of the timed requests: all series of `counter` that have `labels`."""

    path: str
    counter: str
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, config=STRICT)
class Serve:
    """The command that starts a target; `$http`, `$grpc` and `$pid_file` are filled in."""

    command: str
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, config=STRICT)
class Target:
    """A served API; targets.yaml describes each field."""

    name: str
    title: str
    ports: Mapping[str, Port]
    health: str
    request: Request
    answer: Answer
    image: str | None = None
    chart: str | None = None
    environment: str | None = None
    metrics: Metrics | None = None
    serve: Serve | None = None
    describe: str | None = None
    in_all: bool = True

    @field_validator("ports")
    @classmethod
    def _has_http(cls, ports: Mapping[str, int]) -> Mapping[str, int]:
        if "http" not in ports:
            raise ValueError("there must be a port named http")
        return ports

    @field_validator("request")
    @classmethod
    def _can_be_made(cls, request: Request, info: ValidationInfo) -> Request:
        if request.protocol not in PROTOCOLS:
            known = ", ".join(PROTOCOLS)
            raise ValueError(f"there is no protocol {request.protocol!r}; there is {known}")
        if request.port not in info.data.get("ports", {}):
            raise ValueError(f"ports has no {request.port!r}")
        return request

    @property
    def url(self) -> str:
        """The address for requests if the target is served on this machine."""
        scheme = PROTOCOLS[self.request.protocol].scheme
        return f"{scheme}://127.0.0.1:{self.ports[self.request.port]}"

    @property
    def http_url(self) -> str:
        """The address of health and metrics if the target is served on this machine."""
        return f"http://127.0.0.1:{self.ports['http']}"

    def client(self, url: str | None = None, timeouts: Timeouts | None = None) -> Client:
        """Return a client of the target at `url`, by default on this machine.

        Raises:
            LoadTestError: If the URL has another protocol's scheme, or the request is invalid.
        """
        spoken = PROTOCOLS[self.request.protocol]
        origin = parse_origin(url or self.url, spoken.scheme)
        return spoken.client(self.request, self.answer, origin, timeouts or Timeouts())


def read_targets(path: Path) -> dict[str, Target]:
    """Read all targets of a targets.yaml, by name, in the file's order.

    Raises:
        TargetError: If the file can't be read, or a key or value is invalid.
    """
    content = read_yaml(path, TargetError)
    entries = content.get("targets") if isinstance(content, dict) else None
    if not isinstance(entries, dict):
        raise TargetError(f"{path} has no mapping `targets`")
    return {name: _target(name, entry, path) for name, entry in entries.items()}


def find_targets(path: Path, names: Iterable[str]) -> list[Target]:
    """Read the named targets of a targets.yaml, in the order of `names`.

    Raises:
        TargetError: If a target isn't in the file; the message names those that are.
    """
    known = read_targets(path)
    for name in names:
        if name not in known:
            raise TargetError(f"no target {name!r} in {path}; it has {', '.join(known)}")
    return [known[name] for name in names]


def find_target(path: Path, name: str) -> Target:
    """Read one target of a targets.yaml; see `find_targets`."""
    return find_targets(path, [name])[0]


def _target(name: object, entry: object, path: Path) -> Target:
    if not isinstance(entry, dict):
        raise TargetError(f"{path}: {name}: expected a mapping, got {entry!r}")
    return checked(Target, {"name": name, **entry}, f"{path}: {name}", TargetError)
