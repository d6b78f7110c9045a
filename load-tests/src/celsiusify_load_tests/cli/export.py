"""`celsiusify-load-tests emit`: print a run's files as lines that can be made files of again."""

import argparse
import os
import sys
from pathlib import Path

from celsiusify_load_tests.errors import LoadTestError
from celsiusify_load_tests.exit_codes import ExitCode
from celsiusify_load_tests.export import exporter


def add_emit_options(verb: argparse.ArgumentParser) -> None:
    """Add the options of `emit`."""
    verb.add_argument("folder", type=Path, metavar="FOLDER", help="a run's folder")
    add = verb.add_argument
    add("--release", action="store_true", help="then let the command end that keeps it for this")
    add("--quiet", action="store_true", help="print nothing, where that was done before")


def emit(options: argparse.Namespace, _: str) -> ExitCode:
    """Print the files; nothing is released unless all could be printed."""
    folder: Path = options.folder
    if not folder.is_dir():
        raise LoadTestError(f"no folder {folder}")
    try:
        if not options.quiet:
            with exporter.fetched(folder):
                exporter.print_frames(folder, exporter.pack_folder(folder))
        if options.release:
            exporter.release(folder)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise LoadTestError("nobody reads what is printed") from None
    except OSError as problem:
        raise LoadTestError(f"can't read {folder}: {problem.strerror}") from problem
    return ExitCode.OK
