"""A real instance: gunicorn with two workers."""

import signal
from pathlib import Path
from typing import Any

from ..support.servers import Server, StartServer, wait_until
from ..web.test_metrics import LATENCY, REQUESTS, samples

CONVERT = "/convert/?fahrenheit=451"
COUNTED = ("/convert/", "GET", "200")


def metrics_folder(server: Server) -> Path:
    """Find where a server keeps its metrics: in files that its workers have mapped into memory."""
    maps = [mapped.path for worker in server.workers() for mapped in worker.memory_maps()]
    (folder,) = {Path(path).parent for path in maps if path.endswith(".db")}
    return folder


def logged(server: Server, path: str) -> dict[str, Any]:
    """Wait for the access log's entry for a path: it is written after the answer."""

    def entries() -> list[dict[str, Any]]:
        return [entry for entry in server.access_entries() if entry["path"] == path]

    wait_until(lambda: bool(entries()), f"a log entry for {path}")
    return entries()[-1]


def test_all_workers_have_one_identifier(servers: StartServer) -> None:
    """Each worker, asked alone, gives the same identifier, before and after SIGHUP."""
    server = servers()
    before = server.workers()
    identifiers = set()
    for worker in before:
        with server.only(worker):
            identifiers.add(server.identifier())
    server.process.send_signal(signal.SIGHUP)
    wait_until(
        lambda: not {worker.pid for worker in before} & {worker.pid for worker in server.workers()},
        "new workers",
    )
    identifiers.add(server.identifier())
    assert len(before) == 2
    assert len(identifiers) == 1


def test_instances_have_different_identifiers(servers: StartServer) -> None:
    """Two instances started from one environment differ."""
    assert servers().identifier() != servers().identifier()


def test_metrics_are_summed_over_workers_dead_ones_too(servers: StartServer) -> None:
    """Any worker tells the requests of all, also of one that was killed."""
    server = servers()
    for count, worker in enumerate(server.workers(), start=3):
        with server.only(worker):
            for _ in range(count):
                server.get(CONVERT)
    victim = server.workers()[0]
    victim.kill()
    wait_until(lambda: len(set(server.workers()) - {victim}) == 2, "a new worker")
    for worker in server.workers():
        with server.only(worker):
            page = server.get("/metrics").body.decode()
        assert samples(page, REQUESTS)[COUNTED] == 7
        assert samples(page, f"{LATENCY}_count")[COUNTED[:2]] == 7


def test_metrics_belong_to_one_instance(servers: StartServer) -> None:
    """A new instance counts from nothing, and a stopped one leaves nothing behind."""
    first, second = servers(), servers()
    first.get(CONVERT)
    folder = metrics_folder(first)
    assert COUNTED not in samples(second.get("/metrics").body.decode(), REQUESTS)
    assert folder.exists()
    first.terminate()
    assert first.wait() == 0
    assert not folder.exists()


def test_connection_is_kept(server: Server) -> None:
    """A connection serves request after request, also those sent before an answer was read."""
    request = b"GET /convert/?fahrenheit=451 HTTP/1.1\r\nHost: celsiusify\r\n\r\n"
    with server.open_socket() as connection, connection.makefile("rb") as answers:
        connection.sendall(request * 5)
        received = b"".join(answers.readline() for _ in range(5 * 8))
    assert received.count(b"HTTP/1.1 200 OK") == 5
    assert received.count(b"Connection: keep-alive") == 5


def test_access_log_names_client_of_trusted_proxy(servers: StartServer) -> None:
    """The log has the address that a trusted proxy gave, and the peer's where nobody is trusted."""
    trusting, wary = servers(), servers(trusted_proxies="")
    for server in (trusting, wary):
        server.get(CONVERT, X_Forwarded_For="203.0.113.7", X_Forwarded_Proto="https")
    assert logged(trusting, "/convert/")["remote_addr"] == "203.0.113.7"
    assert logged(wary, "/convert/")["remote_addr"] == "127.0.0.1"


def test_access_log_line_describes_request(servers: StartServer) -> None:
    """Each request is one JSON object with what a reader looks for."""
    server = servers()
    answer = server.get(CONVERT, User_Agent="thermometer/1")
    entry = logged(server, "/convert/")
    assert entry.pop("duration_ms") > 0
    assert entry.pop("time").endswith("+00:00")
    assert entry == {
        "remote_addr": "127.0.0.1",
        "method": "GET",
        "path": "/convert/",
        "query": "fahrenheit=451",
        "protocol": "HTTP/1.1",
        "status": 200,
        "bytes": len(answer.body),
        "user_agent": "thermometer/1",
        "referer": None,
    }


def test_access_log_line_cannot_be_forged(servers: StartServer) -> None:
    """Line breaks that a client smuggles in stay inside their own JSON object."""
    server = servers()
    server.get("/%0A%7B%22status%22%3A200%7D%0D", User_Agent='"}{"\x85')
    entry = logged(server, '/\n{"status":200}\r')
    assert (entry["status"], entry["user_agent"]) == (404, '"}{"\x85')


def test_access_log_can_be_off(servers: StartServer) -> None:
    """Nothing is written for a request where the log is turned off."""
    server = servers(access_log="false")
    server.get(CONVERT)
    assert server.access_log.read_bytes() == b""
