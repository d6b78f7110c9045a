from argparse import Namespace
from pathlib import Path

import pytest

from celsiusify_load_tests.generator.options import Options, read_load_file, with_own

MASTERS = Options(targets_file="/m/targets.yaml", spool_dir="/m/spool", target="one", seed="7")


@pytest.mark.parametrize(
    ("own", "files", "number"),
    [
        (Options(), ("/m/targets.yaml", "/m/spool"), -1),
        (Options(spool_dir="/w/spool", process_number=3), ("/m/targets.yaml", "/w/spool"), 3),
        (Options(targets_file="/w/targets.yaml"), ("/w/targets.yaml", "/m/spool"), -1),
    ],
)
def test_a_worker_keeps_its_own_files_and_number(
    own: Options, files: tuple[str, str], number: int
) -> None:
    """Whatever else it was started with, the load is the master's."""
    options = with_own(MASTERS, own)
    assert (options.targets_file, options.spool_dir) == files
    assert options.process_number == number
    assert (options.target, options.seed) == ("one", "7")


def test_values_of_the_page_override_the_load() -> None:
    """They are JSON, and a text needs no quotes; what is empty leaves the load as it is."""
    load = '{"users": 3, "seed": 2, "connection": "per-request"}'
    spec = Options(load=load, seed="5", think_time_s="[0, 1]", connection="rotate:9").spec()
    assert (spec.users, spec.seed, spec.think_time_s) == (3, 5, (0, 1))
    assert spec.connection == "rotate:9"
    assert Options(load=load).spec().connection == "per-request"


def test_a_load_can_be_a_file(tmp_path: Path) -> None:
    file = tmp_path / "load.yaml"
    file.write_text("users: 7\n")
    assert Options(load=str(file)).spec().users == 7


def test_a_workers_load_needs_no_file_of_the_master(tmp_path: Path) -> None:
    """A worker on another machine is sent the text."""
    file = tmp_path / "load.yaml"
    file.write_text("users: 7\n")
    parsed = Namespace(load=str(file))
    read_load_file(parsed)
    file.unlink()
    assert Options(load=parsed.load).spec().users == 7
