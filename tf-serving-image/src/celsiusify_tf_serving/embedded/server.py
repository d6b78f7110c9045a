"""Puts the server together, runs it until it's told to stop, and stops it."""

import asyncio
import gc
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import tensorflow as tf

from celsiusify_tf_serving.embedded.batching.policy import read_policy, usable_cpus
from celsiusify_tf_serving.embedded.errors import ServingError
from celsiusify_tf_serving.embedded.flags import Flags
from celsiusify_tf_serving.embedded.grpc.server import start_grpc
from celsiusify_tf_serving.embedded.grpc.services import ModelService, PredictionService
from celsiusify_tf_serving.embedded.log import log
from celsiusify_tf_serving.embedded.metrics import Metrics
from celsiusify_tf_serving.embedded.models.manager import Manager, wait_until_available
from celsiusify_tf_serving.embedded.models.model import Retries
from celsiusify_tf_serving.embedded.models.model_config import configured_models, read_model_file
from celsiusify_tf_serving.embedded.models.prediction import tensor_writer
from celsiusify_tf_serving.embedded.models.program import load_program
from celsiusify_tf_serving.embedded.models.servable import Runtime, Servable
from celsiusify_tf_serving.embedded.models.warmup import warm_up
from celsiusify_tf_serving.embedded.rest.actions import RestActions
from celsiusify_tf_serving.embedded.rest.application import RestApi
from celsiusify_tf_serving.embedded.rest.http_server import HttpServer
from celsiusify_tf_serving.embedded.text_config import read_monitoring

THREADS_PER_CPU = 4


class Server:
    """The server and what it holds.

    Raises:
        ServingError: If the flags name settings that can't be read.
    """

    def __init__(self, flags: Flags) -> None:
        tf.get_logger().setLevel("ERROR")
        self._flags = flags
        self._configs = configured_models(flags)
        self._page = read_monitoring(flags.monitoring_config_file)
        self._metrics = Metrics()
        pool = ThreadPoolExecutor(flags.rest_api_num_threads or THREADS_PER_CPU * usable_cpus())
        self._runtime = Runtime(pool, read_policy(flags), self._metrics.time_run)
        self._manager = Manager(
            self._load,
            Retries(flags.max_num_load_retries, flags.load_retry_interval_micros / 1e6),
            flags.file_system_poll_wait_seconds,
            flags.allow_version_labels_for_unavailable_models,
        )
        self._grpc: Any = None
        self._http: HttpServer | None = None

    async def run(self) -> None:
        """Serve until SIGTERM or SIGINT.

        Raises:
            ServingError: If the models or the gRPC server can't be started.
        """
        stop = _stop_event()
        serving = asyncio.create_task(self._serve())
        stopping = asyncio.create_task(stop.wait())
        try:
            done, _ = await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if serving in done:
                await serving
        finally:
            await self._stop(serving, stopping)

    async def _serve(self) -> None:
        """Load the models, open the ports, and follow the configuration file."""
        await wait_until_available(await self._manager.change(self._configs))
        gc.collect()
        gc.freeze()  # TensorFlow's objects stay; looking through them takes 0.1 s each time
        prediction = PredictionService(
            self._manager,
            self._metrics,
            tensor_writer(self._flags.enable_serialization_as_tensor_content),
        )
        self._grpc = await start_grpc(self._flags, prediction, ModelService(self._manager))
        if self._flags.port:
            log(f"Running gRPC ModelServer at 0.0.0.0:{self._flags.port} ...")
        if self._flags.grpc_socket_path:
            log(f"Running gRPC ModelServer at UNIX socket unix:{self._flags.grpc_socket_path} ...")
        self._start_rest()
        while self._flags.model_config_file and self._flags.model_config_file_poll_wait_seconds > 0:
            await asyncio.sleep(self._flags.model_config_file_poll_wait_seconds)
            await self._reload()
        await asyncio.Event().wait()

    def _start_rest(self) -> None:
        port = self._flags.rest_api_port
        if not port:
            return
        if port == self._flags.port:
            log(
                "rest_api_port cannot be same as grpc port. Please use a different port for"
                f" HTTP/REST API: {port}"
            )
            return
        timeout_s = self._flags.rest_api_timeout_in_ms / 1000
        actions = RestActions(self._manager, timeout_s)
        api = RestApi(actions, self._metrics, self._page, self._flags.rest_api_enable_cors_support)
        http = HttpServer(api, timeout_s)
        try:
            http.start(port)
        except OSError:
            log(f"Failed to start HTTP Server at localhost:{port}")
            return
        self._http = http
        log(f"Exporting HTTP/REST API at:localhost:{port} ...")

    async def _reload(self) -> None:
        try:
            configs = read_model_file(self._flags.model_config_file)
        except ServingError as error:
            log(f"Failed to read ModelServerConfig file: {error.message}")
            return
        try:
            await self._manager.change(configs)
        except ServingError as error:
            log(f"PollFilesystemAndReloadConfig failed to ReloadConfig: {error.message}")

    def _load(self, model: str, version: int, folder: Path) -> Servable:
        """Load and warm up a version, in a thread."""
        servable = Servable(model, version, load_program(folder, self._flags), self._runtime)
        if self._flags.enable_model_warmup:
            try:
                warm_up(servable, folder, self._flags.num_request_iterations_for_warmup)
            except ServingError:
                servable.close()
                raise
        return servable

    async def _stop(self, *tasks: asyncio.Task[Any]) -> None:
        """Finish what is under way."""
        for task in tasks:
            task.cancel()
        await self._manager.stop()
        patience_s = self._flags.rest_api_timeout_in_ms / 1000
        stops = [self._http.stop()] if self._http else []
        stops += [self._grpc.stop(patience_s)] if self._grpc else []
        await asyncio.gather(*stops)
        self._runtime.pool.shutdown(wait=False, cancel_futures=True)


def _stop_event() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


async def serve(flags: Flags) -> None:
    """Run a server until it's told to stop.

    Raises:
        ServingError: If it can't be started.
    """
    await Server(flags).run()
