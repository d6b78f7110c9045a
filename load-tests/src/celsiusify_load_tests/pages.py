"""Read a page of a target, straight from it, whatever proxy the environment names for others."""

import socket
from http import HTTPStatus

import requests

PROBE_TIMEOUT_S = 2.0


def get(url: str, timeout_s: float) -> requests.Response:
    """Ask for a page.

    Raises:
        requests.RequestException: If there is no answer in time.
    """
    with requests.Session() as session:
        session.trust_env = False
        return session.get(url, timeout=timeout_s)


def fault(url: str) -> str | None:
    """Why a page can't be had just now, in a few words; None if it answers with 200."""
    try:
        status = get(url, PROBE_TIMEOUT_S).status_code
    except requests.Timeout:
        return "no answer"
    except requests.RequestException as problem:
        return _reason(problem)
    return None if status == HTTPStatus.OK else f"status {status}"


def answers(url: str) -> bool:
    """Whether a page answers with 200 just now."""
    return fault(url) is None


def _reason(problem: BaseException) -> str:
    """What is at the bottom of an error, as the system calls it."""
    while (cause := problem.__cause__ or problem.__context__) is not None:
        problem = cause
    if isinstance(problem, socket.gaierror):
        return "name not resolved"
    if isinstance(problem, OSError) and problem.strerror:
        return problem.strerror.lower()
    return "no answer over HTTP"
