import gzip
import random

import pytest

from celsiusify_load_tests.export.log_framing import PIECE_CHARACTERS, frames, pack
from support.log_files import read_log_files

NOISE = random.Random(1).randbytes(200_000)


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"run.json": b"{}"},
        {"empty.csv": b"", "run.json": b"{}\n"},
        {"parts/one/worker-0.rows": NOISE, "run.json": b"{}"},
        {"exact": NOISE[: PIECE_CHARACTERS // 4 * 3], "zeros": b"\0" * 1_000_000},
    ],
)
def test_files_are_the_same_after_their_way_through_a_log(files: dict[str, bytes]) -> None:
    packed = [pack(name, content) for name, content in files.items()]
    assert read_log_files("\n".join(frames("R", packed))) == files


def test_other_lines_may_stand_between() -> None:
    packed = [pack("a", NOISE), pack("b", b"b")]
    lines = [f"{line}\nCELSIUSIFY CLOCK time_ns=1\nprogress" for line in frames("R", packed)]
    assert read_log_files("\n".join(lines)) == {"a": NOISE, "b": b"b"}


def test_no_line_is_longer_than_a_log_keeps_whole() -> None:
    """A container runtime cuts lines at 16 KiB."""
    longest = max(frames("R", [pack("a", NOISE)]), key=len)
    assert len(longest) == len("CELSIUSIFY DATA ") + PIECE_CHARACTERS


def test_the_form_is_the_one_described() -> None:
    """As results/README.md has it, so that other programs can read it."""
    lines = list(frames("R", [pack("a.txt", b"hello\n")]))
    digest = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"
    assert lines[0] == "CELSIUSIFY BEGIN R files=1"
    assert lines[1] == f"CELSIUSIFY FILE a.txt bytes=6 sha256={digest}"
    assert lines[2].startswith("CELSIUSIFY DATA H4sI")
    assert lines[3] == "CELSIUSIFY DONE a.txt"
    assert lines[4] == (  # printf 'a.txt %s\n' DIGEST | sha256sum
        "CELSIUSIFY END R sha256=4d5b2ed68731c51337915760279791933b115e60a29bcbc0962e9d9902910baf"
    )


def test_equal_files_give_equal_bytes() -> None:
    """So that a folder that is sent twice can be told from one that has changed."""
    assert pack("a", NOISE).content == pack("a", NOISE).content
    assert gzip.decompress(pack("a", NOISE).content) == NOISE


@pytest.mark.parametrize("name", ["", "a b", "a\nb"])
def test_a_name_that_would_break_a_line_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="expected a name without blanks"):
        pack(name, b"")
