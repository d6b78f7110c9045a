"""ConfigMaps that fit, and whose code is code."""

from collections.abc import Iterator

from ..manifests import Manifest, name, of_kind

MOST_BYTES = 1024 * 1024  # etcd's, for the whole object


def config_maps_fit(manifests: list[Manifest]) -> Iterator[str]:
    """A ConfigMap's data is smaller than 1 MiB."""
    for config_map in of_kind(manifests, "ConfigMap"):
        size = sum(len(key) + len(text.encode()) for key, text in _data(config_map).items())
        if size >= MOST_BYTES:
            yield f"{name(config_map)} has {size} bytes"


def config_maps_hold_something(manifests: list[Manifest]) -> Iterator[str]:
    """A ConfigMap and each file in it hold something: `Files.Glob` leaves out what isn't there."""
    for config_map in of_kind(manifests, "ConfigMap"):
        data = _data(config_map)
        if not data and not config_map.get("binaryData"):
            yield f"{name(config_map)} is empty"
        for key, text in data.items():
            if not text.strip() and not key.endswith(("__init__.py", "py.typed")):
                yield f"{name(config_map)}: {key} is empty"


def python_compiles(manifests: list[Manifest]) -> Iterator[str]:
    """Python in ConfigMaps is Python still, after templates and YAML have had it."""
    for config_map in of_kind(manifests, "ConfigMap"):
        for key, text in _data(config_map).items():
            if key.endswith(".py"):
                try:
                    compile(text, key, "exec", dont_inherit=True)
                except SyntaxError as problem:
                    yield f"{name(config_map)}: {key}, line {problem.lineno}: {problem.msg}"


def _data(config_map: Manifest) -> dict[str, str]:
    return config_map.get("data") or {}
