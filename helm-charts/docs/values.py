"""Write values.schema.json, the tables of values and the copies in files/, or check them.

`python helm-charts/docs/values.py` writes; with `--check` it names the files that are stale.
commented.py describes the comments of values.yaml. A mapping takes no keys but those that it has;
an empty one, `{}`, takes any, with text: labels and the like.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from commented import DEFAULT, Schema, Value, ValuesError, read

CHART = Path(__file__).parents[1]
ROOT = CHART.parent
# Templates can't read files outside of the chart.
COPIES = {
    "reference-points.csv": "reference-points.csv",
    "targets.yaml": "targets.yaml",
}
DOCUMENTS = ("README.md", "docs/servers.md", "docs/load-tests.md")
TABLE = re.compile(
    r"(?P<begin><!-- values: (?P<sections>[^>]+) -->\n).*?(?=<!-- /values -->)", re.S
)
TYPES = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
}
LONGEST_DEFAULT = 60
# Helm sets it where the chart is another one's dependency.
FROM_HELM = {"enabled": {"type": "boolean"}}


def schema(value: Value) -> Schema:
    """Return the JSON Schema of a value."""
    content: Schema = {"description": value.comment.meaning} if value.comment.meaning else {}
    if "type" not in value.comment.rules:
        if type(value.default) not in TYPES:
            raise ValuesError(f"{value.key} has no type: write it above, `# @schema {{type: …}}`")
        content["type"] = TYPES[type(value.default)]
    if value.children:
        content["properties"] = {child.name: schema(child) for child in value.children}
        content["additionalProperties"] = False
    elif value.default == {}:
        content["additionalProperties"] = {"type": "string"}
    return content | _embedded(value.comment.rules)


def _embedded(rules: Schema) -> Schema:
    """Replace the name of a schema's file by the schema, in the words of draft 7."""
    if "file" not in rules:
        return rules
    content = json.loads((ROOT / rules["file"]).read_text(encoding="utf-8"))
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


def block_schema(block: Value, defaults: Value) -> Schema:
    """Return the JSON Schema of a server's block: keys of `default`, and its own."""
    excluded = block.comment.excluded or frozenset()
    shared = [child.name for child in defaults.children if child.name not in excluded]
    own = [child for child in block.children if child.name not in shared]
    reference = f"#/properties/{DEFAULT}/properties"
    properties = {name: {"$ref": f"{reference}/{name}"} for name in shared}
    return {
        "type": "object",
        "properties": properties | {child.name: schema(child) for child in own},
        "additionalProperties": False,
        "required": _sections(own),
    }


def document(root: Value) -> Schema:
    """Return the values.schema.json; null may remove no section."""
    defaults = root.find(DEFAULT)
    properties = {
        child.name: schema(child)
        if child.comment.excluded is None or defaults is None
        else block_schema(child, defaults)
        for child in root.children
    }
    # Beside the schema of `default`, since servers' blocks, which refer to it, need no section.
    nested = {
        child.name: {"required": _sections(child.children)}
        for child in root.children
        if child.comment.excluded is None and _sections(child.children)
    }
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Values of the chart celsiusify",
        "type": "object",
        "properties": FROM_HELM | properties,
        "additionalProperties": False,
        "required": _sections(root.children),
        "allOf": [{"properties": nested}],
    }


def _sections(values: Iterable[Value]) -> list[str]:
    return [value.name for value in values if value.children]


def table(root: Value, sections: list[str]) -> str:
    """Return the table of the described values of some sections."""
    rows = [
        f"| `{value.key}` | {_default(value)} | {meaning} |\n"
        for name in sections
        for value, meaning in _described(root, _section(root, name))
    ]
    return "".join(["\n| key | default | meaning |\n|---|---|---|\n", *rows, "\n"])


def _section(root: Value, name: str) -> Value:
    section = root.find(name)
    if section is None:
        raise ValuesError(f"values.yaml has no section {name}")
    return section


def _described(root: Value, value: Value) -> Iterator[tuple[Value, str]]:
    if value.comment.meaning:
        yield value, value.comment.meaning
    elif not value.children and (meaning := _inherited(root, value)):
        yield value, meaning
    for child in value.children:
        yield from _described(root, child)


def _inherited(root: Value, value: Value) -> str:
    """Return where the section `default` describes a server's value; empty for other values."""
    block = root.find(value.path[0])
    if block is None or block.comment.excluded is None:
        return ""
    for end in range(len(value.path), 1, -1):
        shared = root.find(DEFAULT, *value.path[1:end])
        if shared and shared.comment.meaning:
            return f"See `{shared.key}`."
    return ""


def _default(value: Value) -> str:
    if any(_has_meaning(child) for child in value.children):
        return ""
    text = json.dumps(value.default, ensure_ascii=False)
    return f"`{text}`" if len(text) <= LONGEST_DEFAULT else "see values.yaml"


def _has_meaning(value: Value) -> bool:
    return bool(value.comment.meaning) or any(map(_has_meaning, value.children))


def files() -> dict[Path, str]:
    """Return the generated files, and the texts that they should have."""
    root = read((CHART / "values.yaml").read_text())
    texts = {CHART / "files" / name: (ROOT / source).read_text() for name, source in COPIES.items()}
    texts[CHART / "values.schema.json"] = _json(document(root))
    for name in DOCUMENTS:
        texts[CHART / name] = TABLE.sub(
            lambda match: match["begin"] + table(root, match["sections"].split()),
            (CHART / name).read_text(),
        )
    return texts


def _json(content: dict[str, Any]) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Write the files, or name those that are stale."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail if stale")
    options = parser.parse_args()
    stale = {
        path: text
        for path, text in files().items()
        if not path.exists() or path.read_text() != text
    }
    if options.check and stale:
        names = ", ".join(str(path.relative_to(CHART)) for path in stale)
        sys.exit(f"stale: {names}; run `tox -e values`")
    for path, text in stale.items():
        path.write_text(text)


if __name__ == "__main__":
    try:
        main()
    except ValuesError as problem:
        sys.stderr.write(f"values: {problem}\n")
        sys.exit(2)
