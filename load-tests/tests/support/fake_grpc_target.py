"""A target for tests that speaks gRPC, with its health and metrics over HTTP at another port.

It is started as a command of its own: `python fake_grpc_target.py --port 8501 --grpc-port 8500`.
"""

import argparse
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import grpc

from celsiusify_load_tests.client.grpc.predict_pb2 import PredictRequest, PredictResponse

RPC = "/tensorflow.serving.PredictionService/Predict"
COUNTER = ":tensorflow:serving:request_count"


class Counter:
    """Counts calls."""

    def __init__(self, offset: float) -> None:
        self.calls = 0
        self._offset = offset
        self._lock = threading.Lock()

    def predict(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Answer a call."""
        with self._lock:
            self.calls += 1
        response = PredictResponse()
        (fahrenheit,) = request.inputs["fahrenheit"].float_val
        response.outputs["celsius"].float_val.append((fahrenheit - 32) * 5 / 9 + self._offset)
        return response


class Pages(BaseHTTPRequestHandler):
    """Health and metrics."""

    counter: Counter

    def do_GET(self) -> None:
        """Answer anything with the count."""
        text = f'# TYPE {COUNTER} counter\n{COUNTER}{{model_name="f"}} {self.counter.calls}\n'
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        """Print nothing."""


def main() -> None:
    """Serve until the end."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int)
    parser.add_argument("--grpc-port", type=int)
    parser.add_argument("--offset", type=float, default=0.0)
    options = parser.parse_args()
    Pages.counter = counter = Counter(options.offset)
    server = grpc.server(ThreadPoolExecutor(4))
    handler = grpc.unary_unary_rpc_method_handler(
        counter.predict, PredictRequest.FromString, PredictResponse.SerializeToString
    )
    service, _, method = RPC.strip("/").partition("/")
    handlers = grpc.method_handlers_generic_handler(service, {method: handler})
    server.add_generic_rpc_handlers((handlers,))
    server.add_insecure_port(f"127.0.0.1:{options.grpc_port}")
    server.start()
    ThreadingHTTPServer(("127.0.0.1", options.port), Pages).serve_forever()


if __name__ == "__main__":
    main()
