"""What a user can be told in one line."""

from pathlib import Path


class ReportError(Exception):
    """A run that can't be reported.

    Args:
        path: The file or folder at fault.
        problem: What is wrong with it, and what was expected.
    """

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(f"{path}: {' '.join(problem.split())}")
