"""The options of a load, from the JSON Schema of load specifications.

`celsiusify-load-tests run` has the same options and judges their values; here they are read just
far enough to refuse a wrong value before a pod starts.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

SCHEMA_FILE = Path(__file__).with_name("load.schema.json")
TIME = re.compile(r"(?=.)(\d+h)?(\d+m)?(\d+s?)?")
# A search is another verb's; `--start-timeout` here is the time for pods to start.
EXCLUDED = ("search", "start_timeout_s")

Schema = Mapping[str, Any]


@dataclass(frozen=True)
class LoadOption:
    """An option that is passed on to the load.

    Attributes:
        flag: The option, e.g. `--users`.
        metavars: The names of its values; a switch has none.
        meaning: The help text.
        expected: The expected form of a value, for an error.
        pattern: The pattern of a value.
    """

    flag: str
    metavars: tuple[str, ...]
    meaning: str
    expected: str
    pattern: re.Pattern[str]

    @property
    def name(self) -> str:
        """The name of the option's value among a command's parameters."""
        return self.flag.strip("-").replace("-", "_")

    def accepts(self, value: str) -> bool:
        """Return True if a value has the expected form."""
        return self.pattern.fullmatch(value) is not None


@cache
def load_options() -> list[LoadOption]:
    """Read the options of a load."""
    schema = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    return list(_walk(schema, schema["$defs"]))


def _walk(schema: Schema, definitions: Schema) -> Iterator[LoadOption]:
    for name, value in schema["properties"].items():
        branches = [branch for branch in value.get("anyOf", []) if branch.get("type") != "null"]
        whole = {**(branches[0] if branches else {}), **value}
        if "$ref" in whole and name not in EXCLUDED:
            yield from _walk(definitions[whole["$ref"].rpartition("/")[2]], definitions)
        elif "option" in whole and name not in EXCLUDED:
            yield _option(whole)


def _option(value: Schema) -> LoadOption:
    expected, pattern = _form(value)
    metavar = value.get("metavar") or "|".join(value.get("enum", ()))
    return LoadOption(
        flag=value["option"],
        metavars=tuple(metavar.split()),
        meaning=value["description"],
        expected=expected,
        pattern=re.compile(pattern),
    )


def _form(value: Schema) -> tuple[str, str]:
    if value.get("metavar") == "TIME":
        return "a time like 30s, 5m or 1h30m", TIME.pattern
    if "enum" in value:
        return " or ".join(value["enum"]), "|".join(map(re.escape, value["enum"]))
    if "pattern" in value:
        return value["description"], value["pattern"].strip("^$")
    if value["type"] == "integer":
        return "a whole number", r"\d+"
    if value["type"] in ("number", "array"):
        return "a number", r"\d+(\.\d*)?|\.\d+"
    return "a text", ".+"
