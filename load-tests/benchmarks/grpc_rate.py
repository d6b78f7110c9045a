"""Compare the call rates of three gRPC clients, each on one core, with the server on another.

    python benchmarks/grpc_rate.py [--rounds 3] [--seconds 4] [--users 32] [--url grpc://HOST:PORT]

The clients are the package's own, one on h2, a library for HTTP/2, and gRPC's own client under
gevent. Each user has one connection, makes one call at a time and checks each answer. The server is
a null server, or the server at `--url`. The package's HTTP/1.1 client is measured as well, always
against a null server. The clients take turns, so that other processes on the machine affect all
alike. If other processes share the cores, compare the calls per CPU second.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from statistics import median

import gevent
from h2.connection import H2Connection
from h2.events import DataReceived, StreamEnded, TrailersReceived

from celsiusify_load_tests.client.base import Client, ConnectionCounts
from celsiusify_load_tests.client.grpc.framing import GrpcReply, framed
from celsiusify_load_tests.client.http1.request import parse_origin
from celsiusify_load_tests.client.registry import PROTOCOLS
from celsiusify_load_tests.client.resolver import Addresses
from celsiusify_load_tests.client.transport import open_transport
from celsiusify_load_tests.config.targets import Target, find_target
from celsiusify_load_tests.servers.null_server import running

TARGETS_FILE = Path(__file__).parents[2] / "targets.yaml"
SERVER_CORE, CLIENT_CORE = 0, 1
WARM_UP_S = 1.0
FAHRENHEIT = 451.0

Call = Callable[[], None]


def ours(client: Client, _: str) -> Call:
    """Return a function that makes a call by the package's own client."""
    connection = client.connect(ConnectionCounts())

    def call() -> None:
        client.judge(connection.exchange(client.fill(FAHRENHEIT)), FAHRENHEIT)

    return call


def by_h2(client: Client, url: str) -> Call:
    """Return a function that makes a call by h2, on the transport of the own client."""
    origin = parse_origin(url, "grpc")
    addresses = Addresses(origin.host, origin.port).shuffled(Random())
    transport = open_transport(addresses, read_timeout_s=30)
    h2 = H2Connection()
    h2.initiate_connection()
    fields = [(":method", client.method), (":scheme", "http"), (":path", client.name)]
    fields += [(":authority", origin.authority), ("te", "trailers")]
    fields += [("content-type", "application/grpc"), ("user-agent", "celsiusify-load-tests")]

    def call() -> None:
        stream = h2.get_next_available_stream_id()
        h2.send_headers(stream, fields)
        h2.send_data(stream, client.fill(FAHRENHEIT), end_stream=True)
        transport.send(h2.data_to_send())
        body, status, ended = b"", b"", False
        while not ended:
            for event in h2.receive_data(transport.receive()):
                if isinstance(event, DataReceived):
                    body += event.data
                    h2.acknowledge_received_data(event.flow_controlled_length, stream)
                elif isinstance(event, TrailersReceived):
                    status = dict(event.headers)[b"grpc-status"]
                ended = ended or isinstance(event, StreamEnded)
            if due := h2.data_to_send():
                transport.push(due)
        transport.stop_deadline()
        problem = None if status == b"0" else f"grpc status {status!r}"
        client.judge(GrpcReply(200, body, problem), FAHRENHEIT)

    return call


def by_grpcio(client: Client, url: str) -> Call:
    """Return a function that makes a call by gRPC's own client under gevent."""
    import grpc
    import grpc.experimental.gevent

    grpc.experimental.gevent.init_gevent()
    origin = parse_origin(url, "grpc")
    # Without this option, all channels share one connection.
    own = [("grpc.use_local_subchannel_pool", 1)]
    channel = grpc.insecure_channel(f"{origin.host}:{origin.port}", options=own)
    method = channel.unary_unary(client.name)

    def call() -> None:
        answer = method(client.fill(FAHRENHEIT)[5:], timeout=30)
        client.judge(GrpcReply(200, framed(answer), None), FAHRENHEIT)

    return call


OURS = "ours"
CLIENTS = {
    OURS: ("tfserving-grpc", ours),
    "h2": ("tfserving-grpc", by_h2),
    "grpcio": ("tfserving-grpc", by_grpcio),
    "ours, HTTP/1.1": ("tfserving", ours),
}


def drive(name: str, url: str, users: int, seconds: float) -> dict[str, float]:
    """Make calls; return the calls per second and the CPU use in cores."""
    target_name, make = CLIENTS[name]
    client = find_target(TARGETS_FILE, target_name).client(url)
    calls = 0

    def use() -> None:
        nonlocal calls
        call = make(client, url)
        while True:
            call()
            calls += 1

    greenlets = [gevent.spawn(use) for _ in range(users)]
    gevent.joinall(greenlets, timeout=WARM_UP_S, raise_error=True)
    begin, begin_cpu, before = time.perf_counter(), time.process_time(), calls
    gevent.joinall(greenlets, timeout=seconds, raise_error=True)
    elapsed_s = time.perf_counter() - begin
    return {
        "per_s": (calls - before) / elapsed_s,
        "core": (time.process_time() - begin_cpu) / elapsed_s,
    }


@contextmanager
def served(target: Target, url: str | None) -> Iterator[str]:
    """Yield the address of a server of the target's protocol."""
    if url is not None and url.startswith(PROTOCOLS[target.request.protocol].scheme + ":"):
        yield url
        return
    body = target.client().right_answer(FAHRENHEIT)
    with tempfile.TemporaryDirectory() as folder:
        protocol, scratch = target.request.protocol, Path(folder)
        with running(protocol, body, scratch, processes=1, cores=[SERVER_CORE]) as server:
            yield server.url


def measure(name: str, options: argparse.Namespace) -> dict[str, float]:
    """Measure one client once, in a separate process."""
    with served(find_target(TARGETS_FILE, CLIENTS[name][0]), options.url) as url:
        arguments = [f"--users={options.users}", f"--seconds={options.seconds}", f"--url={url}"]
        os.sched_setaffinity(0, {CLIENT_CORE})
        done = subprocess.run(
            [sys.executable, __file__, f"--client={name}", *arguments],
            stdout=subprocess.PIPE,
            check=True,
        )
    measured: dict[str, float] = json.loads(done.stdout)
    return measured


def main() -> None:
    """Measure all clients and print their rates."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4.0, help="how long to measure each time")
    parser.add_argument("--users", type=int, default=32)
    parser.add_argument("--url", help="a gRPC server to call in place of one that does nothing")
    parser.add_argument("--client", choices=CLIENTS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.client:
        print(json.dumps(drive(options.client, options.url, options.users, options.seconds)))
        return
    per_cpu_s: dict[str, list[float]] = {name: [] for name in CLIENTS}
    print("client             calls/s  client core  calls/CPU s")
    for _ in range(options.rounds):
        for name in CLIENTS:
            rate = measure(name, options)
            per_cpu_s[name].append(rate["per_s"] / rate["core"])
            print(
                f"{name:16}{rate['per_s']:10,.0f}{rate['core']:13.0%}{per_cpu_s[name][-1]:13,.0f}",
                flush=True,
            )
    for name in list(CLIENTS)[1:]:
        ratios = [a / b for a, b in zip(per_cpu_s[OURS], per_cpu_s[name], strict=True)]
        print(
            f"{OURS} / {name}, per CPU second: {median(ratios):.2f} "
            f"({min(ratios):.2f} to {max(ratios):.2f})"
        )


if __name__ == "__main__":
    main()
