"""A target for tests: a small server with the faults that a real one may have.

It is started as a command of its own, as a target is: `python fake_target.py serve --port 8080`.
"""

import argparse
import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

COUNTER = ":tensorflow:serving:request_count"


class Handler(BaseHTTPRequestHandler):
    """Answers like a web API, and counts like TensorFlow Serving."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    offset = 0.0
    right = 0
    lock = threading.Lock()
    requests = 0
    last = 0

    def do_GET(self) -> None:
        """Serve the conversion, the health and the metrics."""
        url = urlsplit(self.path)
        if url.path == "/convert/":
            self._convert(float(parse_qs(url.query)["fahrenheit"][0]))
        elif url.path == "/metrics":
            self._answer(
                f"# TYPE {COUNTER} counter\n"
                f'{COUNTER}{{model_name="celsiusify",status="OK"}} {Handler.requests + 7}\n'
                f'{COUNTER}{{model_name="other",status="OK"}} 1000\n'
            )
        elif url.path == "/absent":
            self.send_error(404)
        else:
            self._answer("fine")

    def _convert(self, fahrenheit: float) -> None:
        with Handler.lock:
            Handler.requests += 1
            if Handler.requests == self.last:
                os._exit(3)
            is_wrong = Handler.requests > self.right
        celsius = (fahrenheit - 32) * 5 / 9 + self.offset * is_wrong
        self._answer(json.dumps({"celsius": f"{celsius:.6f}", "instance": "one"}))

    def _answer(self, text: str) -> None:
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Print nothing."""


class Server(ThreadingHTTPServer):
    """Takes as many connections at once as a load makes."""

    request_queue_size = 256

    def handle_error(self, *_: object) -> None:
        """Print nothing when a connection is cut."""


def main() -> None:
    """Serve, or fail as asked."""
    parser = argparse.ArgumentParser()
    parser.add_argument("verb", choices=["serve", "describe", "fail"])
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int)
    parser.add_argument("--offset", type=float, default=0.0)
    parser.add_argument("--right", type=int, default=0, help="requests answered without the offset")
    parser.add_argument("--child", action="store_true", help="serve in a child")
    parser.add_argument("--last", type=int, default=0, help="the request to die of")
    parser.add_argument("--pid-file")
    options = parser.parse_args()
    if options.verb == "describe":
        engine = {"engine": "fake", "version": "1", "reason": "a test", "caveat": None}
        sys.stdout.write(json.dumps(engine))
    elif options.verb == "fail":
        sys.exit("no model in /models")
    elif options.child:
        arguments = [argument for argument in sys.argv if argument != "--child"]
        sys.exit(subprocess.run([sys.executable, *arguments], check=False).returncode)
    else:
        serve(options)


def serve(options: argparse.Namespace) -> None:
    """Serve until the end."""
    Handler.offset, Handler.right, Handler.last = options.offset, options.right, options.last
    if options.pid_file:
        with open(options.pid_file, "w", encoding="ascii") as file:  # noqa: PTH123
            file.write(str(os.getpid()))
    Server((options.host, options.port), Handler).serve_forever()


if __name__ == "__main__":
    main()
