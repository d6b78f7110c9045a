"""Write each chart's values.schema.json and the table of values in its README.md from values.yaml.

`python helm-charts/docs/values.py` writes; with `--check` it says what would be written otherwise.
What stands above a key, commented.py tells. A mapping takes no keys but those it has; an empty one,
`{}`, any, with text: labels and the like.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from commented import Schema, Value, ValuesError, read

CHARTS = Path(__file__).parents[1]
TABLE = re.compile(r"(?<=<!-- values -->\n).*(?=<!-- /values -->)", re.DOTALL)
TYPES = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
}
LONGEST_DEFAULT = 60
# Helm hands these to every subchart.
FROM_HELM = {"enabled": {"type": "boolean"}, "global": {"type": "object"}}


def schema(value: Value) -> Schema:
    """Return the JSON Schema of a value."""
    found: Schema = {"description": value.meaning} if value.meaning else {}
    if "type" not in value.rules:
        if type(value.default) not in TYPES:
            raise ValuesError(f"{value.key} has no type: write it above, `# @schema {{type: …}}`")
        found["type"] = TYPES[type(value.default)]
    if value.children:
        found["properties"] = {child.path[-1]: schema(child) for child in value.children}
        found["additionalProperties"] = False
    elif value.default == {}:
        found["additionalProperties"] = {"type": "string"}
    return found | _embedded(value.rules)


def _embedded(rules: Schema) -> Schema:
    """Replace the name of a schema's file by the schema, in the words of draft 7."""
    if "file" not in rules:
        return rules
    content = json.loads((CHARTS.parent / rules["file"]).read_text(encoding="utf-8"))
    dropped = ("$schema", "$defs", "title", "description")
    whole = {key: part for key, part in content.items() if key not in dropped}
    return {"$comment": rules["file"], **_as_draft_7(whole, content["$defs"])}


def _as_draft_7(schema: Any, definitions: Schema) -> Any:
    """Inline what a schema refers to, and leave out null, which Helm removes from values."""
    if isinstance(schema, list):
        return [_as_draft_7(part, definitions) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        schema = definitions[schema["$ref"].rpartition("/")[2]] | schema
    if "anyOf" in schema:
        schema = schema | next(part for part in schema["anyOf"] if part.get("type") != "null")
        return _as_draft_7({key: schema[key] for key in schema if key != "anyOf"}, definitions)
    names = {"prefixItems": "items"}
    kept = {key: schema[key] for key in schema if key not in ("$ref", "default")}
    return {names.get(key, key): _as_draft_7(part, definitions) for key, part in kept.items()}


def document(chart: str, root: Value) -> Schema:
    """Return the values.schema.json of a chart; no section may be left out with null."""
    whole = schema(root)
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": f"Values of the chart {chart}",
        **whole,
        "properties": FROM_HELM | whole["properties"],
        "required": [child.path[-1] for child in root.children if child.children],
    }


def table(root: Value) -> str:
    """Return the table of all values whose meaning is told."""
    rows = [f"| `{value.key}` | {_default(value)} | {value.meaning} |\n" for value in _told(root)]
    return "".join(["\n| key | default | meaning |\n|---|---|---|\n", *rows, "\n"])


def _told(value: Value) -> Iterator[Value]:
    for child in value.children:
        if child.meaning:
            yield child
        yield from _told(child)


def _default(value: Value) -> str:
    if any(_told(value)):
        return ""
    text = json.dumps(value.default, ensure_ascii=False)
    return f"`{text}`" if len(text) <= LONGEST_DEFAULT else "see values.yaml"


def files(chart: Path) -> dict[Path, str]:
    """Return what the files of a chart should be that follow from its values.yaml."""
    name = yaml.safe_load((chart / "Chart.yaml").read_text())["name"]
    root = read((chart / "values.yaml").read_text())
    readme = chart / "README.md"
    made = json.dumps(document(name, root), indent=2, ensure_ascii=False) + "\n"
    return {
        chart / "values.schema.json": made,
        readme: TABLE.sub(lambda _: table(root), readme.read_text()),
    }


def main() -> None:
    """Write the files, or say which are stale."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing, fail if stale")
    options = parser.parse_args()
    charts = sorted(path.parent for path in CHARTS.glob("**/values.yaml"))
    stale = [
        (path, text)
        for chart in charts
        for path, text in files(chart).items()
        if not path.exists() or path.read_text() != text
    ]
    if options.check and stale:
        names = ", ".join(str(path.relative_to(CHARTS)) for path, _ in stale)
        sys.exit(f"stale: {names}; run `python helm-charts/docs/values.py`")
    for path, text in stale:
        path.write_text(text)


if __name__ == "__main__":
    try:
        main()
    except ValuesError as problem:
        sys.stderr.write(f"values: {problem}\n")
        sys.exit(2)
