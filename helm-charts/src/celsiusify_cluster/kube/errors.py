"""Explain the errors of kubectl and helm in one line, with a way out."""

import re
from collections.abc import Callable

from celsiusify_cluster.errors import ClusterError
from celsiusify_cluster.kube.release import ReleaseRef

FORBIDDEN = re.compile(
    r'User "(?P<user>[^"]*)" cannot (?P<verb>\w+) resource "(?P<resource>[^"]*)" '
    r'in API group "(?P<group>[^"]*)"(?: in the namespace "(?P<namespace>[^"]*)")?'
)
UNREACHABLE = re.compile(
    r"Unable to connect to the server|connection to the server \S+ was refused"
    r"|[Kk]ubernetes cluster unreachable|current-context is not set"
    r"|no configuration has been provided"
)
"""Their own words for it: an API server that can't reach a node or a webhook does answer."""
CERTIFICATE = re.compile(r"(?:connect to the server|cluster unreachable)\b.*x509: (?P<why>.+)")
NO_CREDENTIALS = re.compile(r"getting credentials: (?P<why>.+)")
NO_CONTEXT = re.compile(r'context "?(?P<context>[^"\s]+)"? does not exist')
UNAUTHORIZED = re.compile(
    r"Unauthorized|provide credentials|You must be logged in"
    r"|error: EOF$",  # it asked for a name and a password
    re.MULTILINE,
)
NO_NAMESPACE = re.compile(r'namespaces "(?P<namespace>[^"]+)" not found')
NO_REPOSITORY = re.compile(r'looks like "(?P<url>[^"]+)" is not a valid chart repository')
LOCKED = re.compile(r"another operation \([^)]*\) is in progress|has no deployed releases")
PREFIX = re.compile(r"^(Error from server(?: \(\w+\))?: |Error: |error: )+")
LENGTH = 500  # of a complaint that isn't known here

Sentence = Callable[[re.Match[str], ReleaseRef], str]


def explain(complaint: str, release: ReleaseRef) -> ClusterError:
    """Return the error that a program's stderr describes."""
    for pattern, sentence in KNOWN:
        if found := pattern.search(complaint):
            return ClusterError(sentence(found, release))
    lines = [line.strip() for line in complaint.splitlines() if line.strip()]
    begins = [number for number, line in enumerate(lines) if PREFIX.match(line)] or [-1]
    said = " ".join(lines[begins[-1] :])[:LENGTH]
    return ClusterError(PREFIX.sub("", said) or "the command said nothing")


def _forbidden(found: re.Match[str], release: ReleaseRef) -> str:
    group = f".{found['group']}" if found["group"] else ""
    where = f"in namespace {found['namespace']}" if found["namespace"] else "in the whole cluster"
    return (
        f"{found['user']} may not {found['verb']} {found['resource']}{group} {where}: "
        f"ask for a role that allows it"
    )


def _context(release: ReleaseRef) -> str:
    return f"context {release.context}" if release.context else "kubeconfig's current context"


def _unreachable(found: re.Match[str], release: ReleaseRef) -> str:
    return (
        f"no cluster answers in {_context(release)}: `make cluster` creates one, CONTEXT= names "
        "another"
    )


def _certificate(found: re.Match[str], release: ReleaseRef) -> str:
    return (
        f"the cluster of {_context(release)} isn't the one in the kubeconfig ({found['why']}): "
        f"create its kubeconfig entry again"
    )


def _no_credentials(found: re.Match[str], release: ReleaseRef) -> str:
    return f"can't get the credentials of {_context(release)}: {found['why']}"


def _no_context(found: re.Match[str], release: ReleaseRef) -> str:
    return f"kubeconfig has no context {found['context']}: `kubectl config get-contexts` lists them"


def _unauthorized(found: re.Match[str], release: ReleaseRef) -> str:
    return f"the cluster refuses the credentials of {_context(release)}: log in to it again"


def _no_namespace(found: re.Match[str], release: ReleaseRef) -> str:
    name = found["namespace"]
    return f"there is no namespace {name}: `make deploy` creates it, NAMESPACE= names another"


def _no_repository(found: re.Match[str], release: ReleaseRef) -> str:
    return f"the chart repository {found['url']} doesn't answer: is this machine on the internet?"


def _locked(found: re.Match[str], release: ReleaseRef) -> str:
    where = f"RELEASE={release.name} NAMESPACE={release.namespace}"
    return (
        f"release {release.name} is being changed by another process, or a change was interrupted: "
        f"wait, or `make undeploy {where}` and deploy again"
    )


KNOWN: list[tuple[re.Pattern[str], Sentence]] = [
    (FORBIDDEN, _forbidden),
    (NO_CONTEXT, _no_context),
    (CERTIFICATE, _certificate),
    (NO_CREDENTIALS, _no_credentials),
    (UNREACHABLE, _unreachable),
    (UNAUTHORIZED, _unauthorized),
    (NO_NAMESPACE, _no_namespace),
    (NO_REPOSITORY, _no_repository),
    (LOCKED, _locked),
]
