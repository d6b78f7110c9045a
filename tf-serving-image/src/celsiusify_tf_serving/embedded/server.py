"""The server: loads the models, opens the ports, and stops on a signal."""

import asyncio
import gc
import logging
import signal
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import tensorflow as tf

from celsiusify_tf_serving.embedded.batching.policy import read_policy, usable_cpus
from celsiusify_tf_serving.embedded.errors import ServingError
from celsiusify_tf_serving.embedded.flags import Flags
from celsiusify_tf_serving.embedded.grpc.server import start_grpc
from celsiusify_tf_serving.embedded.grpc.services import ModelService, PredictionService
from celsiusify_tf_serving.embedded.metrics import Metrics
from celsiusify_tf_serving.embedded.models.loading import load_servable
from celsiusify_tf_serving.embedded.models.manager import Manager, wait_until_available
from celsiusify_tf_serving.embedded.models.model import Retries
from celsiusify_tf_serving.embedded.models.model_config import configured_models, read_model_file
from celsiusify_tf_serving.embedded.models.prediction import tensor_writer
from celsiusify_tf_serving.embedded.models.servable import Runtime, Servable
from celsiusify_tf_serving.embedded.rest.actions import RestActions
from celsiusify_tf_serving.embedded.rest.application import RestApi
from celsiusify_tf_serving.embedded.rest.http_server import HttpServer
from celsiusify_tf_serving.embedded.text_config import read_monitoring

LOGGER = logging.getLogger(__name__)
THREADS_PER_CPU = 4


class Server:
    """The server of REST and gRPC, with its models.

    Raises:
        ServingError: If a flag names an invalid configuration.
    """

    def __init__(self, flags: Flags) -> None:
        tf.get_logger().setLevel("ERROR")
        self._flags = flags
        self._configs = configured_models(flags)
        self._prometheus = read_monitoring(flags.monitoring_config_file)
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
            ServingError: If a model can't be loaded, or the gRPC server can't start.
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
        gc.freeze()  # TensorFlow's objects stay; a collection that scans them takes 0.1 s
        await self._start_grpc()
        self._start_rest()
        while self._flags.model_config_file and self._flags.model_config_file_poll_wait_seconds > 0:
            await asyncio.sleep(self._flags.model_config_file_poll_wait_seconds)
            await self._reload()
        await asyncio.Event().wait()

    async def _start_grpc(self) -> None:
        flags = self._flags
        write = tensor_writer(flags.enable_serialization_as_tensor_content)
        prediction = PredictionService(self._manager, self._metrics, write)
        self._grpc = await start_grpc(flags, prediction, ModelService(self._manager))
        if flags.port:
            LOGGER.info("Running gRPC ModelServer at 0.0.0.0:%d ...", flags.port)
        if flags.grpc_socket_path:
            LOGGER.info(
                "Running gRPC ModelServer at UNIX socket unix:%s ...", flags.grpc_socket_path
            )

    def _start_rest(self) -> None:
        port = self._flags.rest_api_port
        if not port:
            return
        if port == self._flags.port:
            LOGGER.warning(
                "rest_api_port cannot be same as grpc port. Please use a different port for"
                " HTTP/REST API: %d",
                port,
            )
            return
        timeout_s = self._flags.rest_api_timeout_in_ms / 1000
        actions = RestActions(self._manager, timeout_s)
        allows_cors = self._flags.rest_api_enable_cors_support
        api = RestApi(actions, self._metrics, self._prometheus, allows_cors)
        http = HttpServer(api, timeout_s)
        try:
            http.start(port)
        except OSError:
            LOGGER.warning("Failed to start HTTP Server at localhost:%d", port)
            return
        self._http = http
        LOGGER.info("Exporting HTTP/REST API at:localhost:%d ...", port)

    async def _reload(self) -> None:
        try:
            configs = read_model_file(self._flags.model_config_file)
        except ServingError as error:
            LOGGER.warning("Failed to read ModelServerConfig file: %s", error.message)
            return
        try:
            await self._manager.change(configs)
        except ServingError as error:
            LOGGER.warning(
                "PollFilesystemAndReloadConfig failed to ReloadConfig: %s", error.message
            )

    def _load(self, model: str, version: int, folder: Path) -> Servable:
        """Load a version, in a thread."""
        return load_servable(model, version, folder, self._flags, self._runtime)

    async def _stop(self, *tasks: asyncio.Task[Any]) -> None:
        """Answer the requests in flight, and stop."""
        for task in tasks:
            task.cancel()
        await self._manager.stop()
        timeout_s = self._flags.rest_api_timeout_in_ms / 1000
        stops: list[Coroutine[Any, Any, Any]] = [self._http.stop()] if self._http else []
        stops += [self._grpc.stop(timeout_s)] if self._grpc else []
        await asyncio.gather(*stops)
        self._runtime.pool.shutdown(wait=False, cancel_futures=True)


def _stop_event() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


async def serve(flags: Flags) -> None:
    """Run a server until a signal stops the process.

    Raises:
        ServingError: If the server can't start.
    """
    await Server(flags).run()
