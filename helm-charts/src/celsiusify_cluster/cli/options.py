"""The options that several verbs share."""

from collections.abc import Callable, Iterator, Sequence
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from celsiusify_cluster.cli.params import TIME
from celsiusify_cluster.errors import ClusterError
from celsiusify_cluster.kube.chart import FOLDER, VARIABLE
from celsiusify_cluster.kube.release import NAME, ReleaseRef

TIMEOUT_S = 300
Function = TypeVar("Function", bound=Callable[..., Any])


def release_options(function: Function) -> Function:
    """Add the options that name a release; the function gets them as `release`."""

    @click.option("--namespace", default=NAME, show_default=True, metavar="NAME", help="namespace")
    @click.option(
        "--release", "name", default=NAME, show_default=True, metavar="NAME", help="Helm release"
    )
    @click.option(
        "--context", metavar="NAME", help="context of the kubeconfig; default the current one"
    )
    @wraps(function)
    def with_release(*, namespace: str, name: str, context: str | None, **others: Any) -> Any:
        return function(release=ReleaseRef(namespace, name, context), **others)

    return with_release  # type: ignore[return-value]  # click passes the options by name


def image_options(function: Function) -> Function:
    """Add the options about images; the function gets helm's settings as `image_settings`."""

    @click.option("--registry", metavar="REGISTRY", help="registry of all images")
    @click.option("--owner", metavar="OWNER", help="owner of all images")
    @click.option("--tag", metavar="TAG", help="tag of all images")
    @wraps(function)
    def with_settings(
        *, registry: str | None, owner: str | None, tag: str | None, **others: Any
    ) -> Any:
        given = {"registry": registry, "owner": owner, "tag": tag}
        settings = [
            f"--set-string=global.image.{name}={value}" for name, value in given.items() if value
        ]
        return function(image_settings=settings, **others)

    return with_settings  # type: ignore[return-value]


chart_option = click.option(
    "--chart",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help=f"folder or package of the chart; default ${VARIABLE}, or else {FOLDER}",
)

results_option = click.option(
    "--results",
    type=click.Path(path_type=Path),
    default="results",
    show_default=True,
    metavar="DIR",
    help="folder of all runs",
)

values_option = click.option(
    "--values",
    multiple=True,
    metavar="FILE",
    help="values that differ from the chart's; repeatable, or several in one, separated by spaces",
)

timeout_option = click.option(
    "--timeout",
    "timeout_s",
    type=TIME,
    default=f"{TIMEOUT_S}s",
    show_default=True,
    metavar="TIME",
    help="time to wait, e.g. 90s or 5m",
)


def values_settings(values: Sequence[str]) -> list[str]:
    """Return helm's settings for files of values.

    Raises:
        ClusterError: If a file doesn't exist.
    """
    return [f"--values={file}" for file in _files(values)]


def _files(values: Sequence[str]) -> Iterator[Path]:
    for name in " ".join(values).split():
        if not Path(name).is_file():
            raise ClusterError(f"there is no file of values {name}")
        yield Path(name)
