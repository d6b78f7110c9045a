"""What must hold of every release, beyond what the schemas of Kubernetes say.

A rule takes the objects of a release and yields what is wrong, a line each. Every public function
of the modules here is one.
"""

from collections.abc import Callable, Iterator
from importlib import import_module
from inspect import getmembers, isfunction
from pkgutil import iter_modules

from ..manifests import Manifest

Rule = Callable[[list[Manifest]], Iterator[str]]


def _rules() -> Iterator[tuple[str, Rule]]:
    for entry in iter_modules(__path__, f"{__name__}."):
        for name, function in getmembers(import_module(entry.name), isfunction):
            if function.__module__ == entry.name and not name.startswith("_"):
                yield name, function


RULES: dict[str, Rule] = dict(_rules())
