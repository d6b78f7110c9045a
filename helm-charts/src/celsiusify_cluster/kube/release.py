"""Where a release is, and the options that say so."""

import argparse
from dataclasses import dataclass

NAME = "celsiusify"


@dataclass(frozen=True)
class Place:
    """A release in a namespace of a cluster; `context` is kubeconfig's current one where None."""

    namespace: str = NAME
    release: str = NAME
    context: str | None = None

    @property
    def flags(self) -> list[str]:
        """What kubectl has to be told."""
        context = [f"--context={self.context}"] if self.context else []
        return [f"--namespace={self.namespace}", *context]

    def labels(self, **more: str) -> str:
        """A selector of this release's objects; keywords are its other recommended labels."""
        labels = {"instance": self.release, **more}
        return ",".join(f"app.kubernetes.io/{key}={value}" for key, value in labels.items())


def add_place_options(verb: argparse.ArgumentParser) -> None:
    """Add the options that all verbs have which talk to a cluster."""
    verb.add_argument("--namespace", default="", metavar="NAME", help=f"default {NAME}")
    verb.add_argument("--release", default="", metavar="NAME", help=f"default {NAME}")
    verb.add_argument("--context", default="", metavar="NAME", help="of the kubeconfig")


def place(options: argparse.Namespace) -> Place:
    """Where the options say; what is empty means its default."""
    return Place(options.namespace or NAME, options.release or NAME, options.context or None)
