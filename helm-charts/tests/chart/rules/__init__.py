"""What must hold of every release, beyond what the schemas of Kubernetes say.

A rule takes the objects of a release and yields what is wrong, a line each.
"""

from collections.abc import Callable, Iterator
from inspect import getmembers, isfunction

from ..manifests import Manifest
from . import (
    config_maps,
    images,
    jobs,
    loads,
    names,
    network_policies,
    pods,
    probes,
    scaling,
    scope,
    security,
    selectors,
    services,
)

Rule = Callable[[list[Manifest]], Iterator[str]]

MODULES = (
    config_maps,
    images,
    jobs,
    loads,
    names,
    network_policies,
    pods,
    probes,
    scaling,
    scope,
    security,
    selectors,
    services,
)


def _rules() -> Iterator[tuple[str, Rule]]:
    for module in MODULES:
        for name, function in getmembers(module, isfunction):
            if function.__module__ == module.__name__ and not name.startswith("_"):
                yield name, function


RULES: dict[str, Rule] = dict(_rules())
