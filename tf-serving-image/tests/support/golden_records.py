"""The answers recorded from a real TensorFlow Serving."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "golden"


def read_records(api: str) -> list[dict[str, Any]]:
    """Read the records of an API, `rest` or `grpc`."""
    return [json.loads(line) for line in (FOLDER / f"{api}.jsonl").read_bytes().splitlines()]
