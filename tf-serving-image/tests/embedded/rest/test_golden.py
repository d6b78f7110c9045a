"""Replays every recorded REST request and compares the answers."""

import json
import re
from collections import Counter
from typing import Any

import pytest

from ...support.embedded_server import Answer, Server
from ...support.golden_records import read_records

RECORDS = read_records("rest")
BIG_ROWS, BIG_BYTES = 500_000, 5_000_000
LENGTH_ONLY = re.compile(r"<([0-9]+) bytes>")
COMPARED_HEADERS = ("content-type", "connection")


def group_of(record: dict[str, Any]) -> str:
    """Return the group of a record for the tally."""
    path = record["path"].lower()
    if not path.startswith("/v1/models"):
        return "other paths"
    if record["method"] == "POST":
        action = path.rpartition(":")[2]
        return action if action in ("predict", "classify", "regress") else "malformed"
    if record["method"] != "GET":
        return "other methods"
    return "metadata" if path.endswith("/metadata") else "status"


def body_of(record: dict[str, Any]) -> bytes | None:
    """Return a record's body; the biggest was not recorded."""
    if record["name"].startswith("big"):
        rows = ",".join(["[1.0]"] * BIG_ROWS)
        return f'{{"instances": [{rows}]}}'.ljust(BIG_BYTES).encode()
    return record["body"].encode("latin-1") if "body" in record else None


def value_of(text: str) -> Any:
    """Return the JSON value of a body, NaN as a text; any other body as it is."""
    try:
        return json.loads(text, parse_constant=str)
    except json.JSONDecodeError:
        return text


PARSE_ERROR = "JSON Parse error: "
NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:e-?[0-9]+)?")


def comparable(value: Any) -> Any:
    """Return a body's value without the words and digits in which RapidJSON differs.

    A parse error has the parser's own words, and a double of a message may have other digits.
    """
    if not isinstance(value, dict) or not isinstance(message := value.get("error"), str):
        return value
    if message.startswith(PARSE_ERROR):
        return PARSE_ERROR
    return {**value, "error": NUMBER.sub(lambda number: repr(float(number[0])), message)}


def differences(record: dict[str, Any], answer: Answer) -> list[str]:
    """Return the differences from the recorded status, value, message and headers."""
    messages = []
    if answer.status != record["status"]:
        messages.append(f"status {answer.status}, recorded {record['status']}")
    headers = {name.lower(): value for name, value in answer.headers.items()}
    for name, value in record["resp_headers"].items():
        if headers.get(name.lower()) != value and name.lower() in COMPARED_HEADERS:
            messages.append(f"{name} {headers.get(name.lower())!r}, recorded {value!r}")
    text = answer.body.decode(errors="backslashreplace")
    length = LENGTH_ONLY.fullmatch(record["resp"])
    if length:
        if "prometheus" not in record["path"] and len(answer.body) != int(length[1]):
            messages.append(f"{len(answer.body)} bytes, recorded {length[1]}")
    elif comparable(value_of(text)) != comparable(value_of(record["resp"])):
        messages.append(f"body {text!r}, recorded {record['resp']!r}")
    return messages


def test_answers_every_recorded_request_alike(
    golden_server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    """Status, JSON value, message and content type equal the real server's for all 226 requests."""
    passed, total, failures, same_text = Counter[str](), Counter[str](), [], 0
    for record in RECORDS:
        answer = golden_server.request(
            record["method"], record["path"], body_of(record), record.get("headers")
        )
        messages = differences(record, answer)
        total[group_of(record)] += 1
        passed[group_of(record)] += not messages
        same_text += answer.body.decode(errors="backslashreplace") == record["resp"]
        failures += [f"{record['name']}: {message}" for message in messages]
    with capsys.disabled():
        tally = ", ".join(f"{group} {passed[group]}/{total[group]}" for group in sorted(total))
        print(  # noqa: T201 - the tally is part of the result
            f"\nREST: {passed.total()}/{total.total()} equal ({tally}); {same_text} byte for byte"
        )
    assert not failures, "\n".join(failures)
    assert total.total() == 226
