"""Which version of which model a request asks for."""

from dataclasses import dataclass
from typing import Any

from celsiusify_tf_serving.embedded.errors import invalid


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """A model, and at most one of a version and a label."""

    name: str
    version: int | None = None
    label: str | None = None


def read_spec(request: Any) -> ModelSpec:
    """Read the `model_spec` of a gRPC request.

    Raises:
        ServingError: If there's none.
    """
    if not request.HasField("model_spec"):
        raise invalid("Missing ModelSpec")
    spec = request.model_spec
    choice = spec.WhichOneof("version_choice")
    version = spec.version.value if choice == "version" else None
    return ModelSpec(spec.name, version, spec.version_label if choice == "version_label" else None)
