"""What kubectl and helm complain of, in one line that says what to do about it."""

import re
from collections.abc import Callable

from celsiusify_cluster.errors import ClusterError
from celsiusify_cluster.place import Place

FORBIDDEN = re.compile(
    r'User "(?P<user>[^"]*)" cannot (?P<verb>\w+) resource "(?P<resource>[^"]*)" '
    r'in API group "(?P<group>[^"]*)"(?: in the namespace "(?P<namespace>[^"]*)")?'
)
UNREACHABLE = re.compile(
    r"connection refused|was refused|no such host|i/o timeout|no route to host|unreachable|EOF$"
    r"|TLS handshake timeout|Unable to connect|deadline exceeded \(Client\.Timeout"
    r"|current-context is not set|context canceled while waiting|no configuration has been provided"
)
NO_CONTEXT = re.compile(r'context "?(?P<context>[^"\s]+)"? does not exist')
UNAUTHORIZED = re.compile(r"Unauthorized|provide credentials|You must be logged in")
NO_NAMESPACE = re.compile(r'namespaces "(?P<namespace>[^"]+)" not found')
PREFIX = re.compile(r"^(Error from server \(\w+\): |Error: |error: )+")

LOCKED = re.compile(r"another operation \([^)]*\) is in progress")
LENGTH = 500  # of a complaint that isn't known here

Sentence = Callable[[re.Match[str], Place], str]


def explain(complaint: str, place: Place) -> ClusterError:
    """Say what a program's stderr comes down to."""
    for pattern, sentence in KNOWN:
        if found := pattern.search(complaint):
            return ClusterError(sentence(found, place))
    lines = [line.strip() for line in complaint.splitlines() if line.strip()]
    begins = [place for place, line in enumerate(lines) if PREFIX.match(line)] or [-1]
    said = " ".join(lines[begins[-1] :])[:LENGTH]
    return ClusterError(PREFIX.sub("", said) or "the command said nothing")


def _forbidden(found: re.Match[str], place: Place) -> str:
    group = f".{found['group']}" if found["group"] else ""
    where = f"in namespace {found['namespace']}" if found["namespace"] else "in the whole cluster"
    return (
        f"{found['user']} may not {found['verb']} {found['resource']}{group} {where}: "
        f"ask for a role that allows it"
    )


def _unreachable(found: re.Match[str], place: Place) -> str:
    context = f"context {place.context}" if place.context else "kubeconfig's current context"
    return f"no cluster answers in {context}: `make cluster` makes one, CONTEXT= names another"


def _no_context(found: re.Match[str], place: Place) -> str:
    return f"kubeconfig has no context {found['context']}: `kubectl config get-contexts` lists them"


def _unauthorized(found: re.Match[str], place: Place) -> str:
    context = place.context or "kubeconfig's current context"
    return f"the cluster refuses the credentials of {context}: log in to it again"


def _no_namespace(found: re.Match[str], place: Place) -> str:
    name = found["namespace"]
    return f"there is no namespace {name}: `make deploy` makes it, NAMESPACE= names another"


def _locked(found: re.Match[str], place: Place) -> str:
    return (
        f"release {place.release} is being changed by somebody else, or that was broken off: "
        f"wait, or `make undeploy` and deploy anew"
    )


KNOWN: list[tuple[re.Pattern[str], Sentence]] = [
    (FORBIDDEN, _forbidden),
    (NO_CONTEXT, _no_context),
    (UNREACHABLE, _unreachable),
    (UNAUTHORIZED, _unauthorized),
    (NO_NAMESPACE, _no_namespace),
    (LOCKED, _locked),
]
