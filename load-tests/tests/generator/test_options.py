import pytest

from celsiusify_load_tests.generator.options import Options, with_own

MASTERS = Options(targets_file="/m/targets.yaml", spool_dir="/m/spool", target="one", seed=7)


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
    assert (options.target, options.seed) == ("one", 7)
