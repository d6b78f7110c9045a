"""Replays every recorded gRPC request, made again from its name, and compares the answers."""

from collections import Counter
from typing import Any

import grpc
import pytest
from google.protobuf import text_format

from ...support.embedded_server import Server
from ...support.golden_records import read_records
from ...support.golden_requests import REQUESTS, Call

RECORDS = read_records("grpc")
CUT = {"big 8MB"}  # recorded only in part
# gRPC itself answers these calls, and its Python library has other words.
OTHER_WORDS = {"unknown method", "unknown service", "health", "reflection", "garbage request"}


def send(call: Call, channel: grpc.Channel) -> tuple[str, str, Any]:
    """Send a request and return code, details and response."""
    method = channel.unary_unary(
        f"/{call.method}",
        request_serializer=lambda r: r if isinstance(r, bytes) else r.SerializeToString(),
        response_deserializer=call.response.FromString,
    )
    try:
        return "OK", "", method(call.request, timeout=call.timeout_s)
    except grpc.RpcError as error:
        return error.code().name, error.details() or "", None


def test_answers_every_recorded_request_alike(
    golden_server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every code and response equals the real server's, and every message that isn't gRPC's own."""
    options = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
    codes, details, total = Counter[str](), Counter[str](), Counter[str]()
    failures = []
    with grpc.insecure_channel(f"127.0.0.1:{golden_server.grpc_port}", options) as channel:
        for record in RECORDS:
            name, call = record["name"], REQUESTS[record["name"]]
            code, message, response = send(call, channel)
            group = call.method.rpartition("/")[2] if name not in OTHER_WORDS else "no such call"
            total[group] += 1
            codes[group] += code == record["code"]
            details[group] += message == record.get("details", "")
            if code != record["code"]:
                failures.append(f"{name}: code {code} ({message}), recorded {record['code']}")
            elif message != record.get("details", "") and name not in OTHER_WORDS:
                failures.append(f"{name}: {message!r}, recorded {record['details']!r}")
            elif (
                response is not None
                and name not in CUT
                and text_format.MessageToString(response) != record["resp"]
            ):
                failures.append(f"{name}: response {response}, recorded {record['resp']}")
    with capsys.disabled():
        tally = ", ".join(f"{group} {codes[group]}/{total[group]}" for group in sorted(total))
        print(  # noqa: T201 - the tally is part of the result
            f"\ngRPC: {codes.total()}/{total.total()} codes equal ({tally});"
            f" {details.total()} messages equal"
        )
    assert not failures, "\n".join(failures)
    assert total.total() == 73
