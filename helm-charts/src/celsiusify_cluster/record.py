"""What a run on a cluster leaves beside what the load generator wrote."""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from celsiusify_cluster.sampler import Sampler
from celsiusify_cluster.samples import POD_COLUMNS, SCALE_COLUMNS, TIMES, Cell, Row

FORMAT = 1


def write_samples(folder: Path, sampler: Sampler, offset_ns: int) -> None:
    """Write each target's samples, their times put on the leader's clock."""
    for target, sampled in sampler.targets.items():
        scale, pods = folder / f"{target}_scale.csv", folder / f"{target}_pods.csv"
        _write(scale, SCALE_COLUMNS, sampled.scale, offset_ns)
        _write(pods, POD_COLUMNS, sampled.pods, offset_ns)


def write_json(path: Path, content: object) -> None:
    """Write a JSON file: whole or not at all."""
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(content, indent=2) + "\n")
    partial.replace(path)


def merge_files(folder: Path, files: Mapping[str, str]) -> None:
    """Note in a `cluster.json` that is there already which files were verified."""
    path = folder / "cluster.json"
    if path.exists():
        write_json(path, {**json.loads(path.read_text()), "files": dict(files)})


def _write(path: Path, columns: Sequence[str], rows: Iterable[Row], offset_ns: int) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(_on_leader_clock(columns, row, offset_ns) for row in rows)


def _on_leader_clock(columns: Sequence[str], row: Row, offset_ns: int) -> list[Cell]:
    return [
        value - offset_ns if column in TIMES and isinstance(value, int) else value
        for column, value in zip(columns, row, strict=True)
    ]
