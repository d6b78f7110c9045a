"""A model, whose versions follow its folder and its configuration."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from celsiusify_tf_serving.embedded.errors import Code, ServingError
from celsiusify_tf_serving.embedded.models.model_config import ModelConfig, find_versions, to_unload
from celsiusify_tf_serving.embedded.models.servable import Servable

LOGGER = logging.getLogger(__name__)
DRAIN_POLL_S = 0.02
Load = Callable[[str, int, Path], Servable]


class State(IntEnum):
    """States of a version, with the numbers of `ModelVersionStatus.State`."""

    START = 10
    LOADING = 20
    AVAILABLE = 30
    UNLOADING = 40
    END = 50


@dataclass
class Version:
    """A version and its state; the record is kept after the version has ended."""

    number: int
    state: State = State.START
    error: ServingError | None = None
    servable: Servable | None = None


@dataclass(frozen=True)
class Retries:
    """Number and interval of further attempts to load a version."""

    count: int
    interval_s: float


class Model:
    """A model and its versions.

    Attributes:
        config: The model's configuration.
        versions: Records of all versions by number.
        latest: The highest available version.
        is_settled: Event that is set once a version is available, or all versions failed.
    """

    def __init__(self, config: ModelConfig, load: Load, retries: Retries) -> None:
        self.config = config
        self.versions: dict[int, Version] = {}
        self.latest: Servable | None = None
        self.is_settled = asyncio.Event()
        self._load, self._retries = load, retries
        self._aspired: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._refreshing = asyncio.Lock()

    def servable(self, version: int) -> Servable | None:
        """Return a version if it is available."""
        record = self.versions.get(version)
        return record.servable if record and record.state is State.AVAILABLE else None

    def failures(self) -> list[Version]:
        """Return the aspired versions that failed to load."""
        records = [self.versions[v] for v in sorted(self._aspired) if v in self.versions]
        return [record for record in records if record.error and record.state is State.END]

    async def refresh(self) -> None:
        """Search for versions, load the aspired versions, and unload the others.

        New versions are loaded first, so that the model stays available. If a new version fails,
        the old versions keep serving.
        """
        async with self._refreshing:
            folders = await self._find_aspired()
            if folders is None:
                return
            before, self._aspired = self._aspired, set(folders)
            for version in sorted(self._aspired):
                if self._should_load(version, before):
                    self._start_loading(version, folders[version])
            await self._unload_superseded()

    async def retire(self) -> None:
        """Unload every version."""
        self._aspired = set()
        await self._unload_superseded()

    async def _find_aspired(self) -> dict[int, Path] | None:
        base_path, name = self.config.base_path, self.config.name
        try:
            folders = await asyncio.to_thread(find_versions, base_path)
        except OSError:
            LOGGER.warning(
                "FileSystemStoragePathSource encountered a filesystem access error: Could not find"
                " base path %s for servable %s with error NOT_FOUND: %s not found",
                base_path,
                name,
                base_path,
            )
            return None
        if not folders:
            LOGGER.warning(
                "No versions of servable %s found under base path %s."
                " Did you forget to name your leaf directory as a number (eg. '/1/')?",
                name,
                base_path,
            )
        return {version: folders[version] for version in self.config.policy.choose(folders)}

    def _should_load(self, version: int, aspired_before: set[int]) -> bool:
        """Return True for a version that is new, or that failed and was removed since."""
        record = self.versions.get(version)
        if record is None:
            return True
        return record.state is State.END and (record.error is None or version not in aspired_before)

    def _start_loading(self, number: int, folder: Path) -> None:
        record = self.versions[number] = Version(number, State.LOADING)
        task = asyncio.create_task(self._load_version(record, folder))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _load_version(self, record: Version, folder: Path) -> None:
        LOGGER.info("Loading servable version %s", self._identity(record))
        for attempt in range(self._retries.count + 1):
            if attempt:
                await asyncio.sleep(self._retries.interval_s)
            if record.number not in self._aspired or await self._try_to_load(record, folder):
                break
        if record.state is not State.AVAILABLE:
            record.state = State.END
        if self.latest or len(self.failures()) == len(self._aspired):
            self.is_settled.set()
        await self._unload_superseded()

    async def _try_to_load(self, record: Version, folder: Path) -> bool:
        try:
            record.servable = await asyncio.to_thread(
                self._load, self.config.name, record.number, folder
            )
        except ServingError as error:
            record.error = error
            LOGGER.warning("Loading servable: %s failed: %s", self._identity(record), error)
            return False
        record.state, record.error = State.AVAILABLE, None
        self._choose_latest()
        LOGGER.info("Successfully loaded servable version %s", self._identity(record))
        return True

    async def _unload_superseded(self) -> None:
        available = {v for v, record in self.versions.items() if record.state is State.AVAILABLE}
        for number in sorted(to_unload(available, self._aspired, available)):
            await self._unload(self.versions[number])

    async def _unload(self, record: Version) -> None:
        record.state = State.UNLOADING
        self._choose_latest()
        servable, record.servable = record.servable, None
        while servable and servable.in_flight:
            await asyncio.sleep(DRAIN_POLL_S)
        if servable:
            await asyncio.to_thread(servable.close)
        record.state = State.END
        LOGGER.info("Unloaded servable version %s", self._identity(record))

    def _identity(self, record: Version) -> str:
        return f"{{name: {self.config.name} version: {record.number}}}"

    def _choose_latest(self) -> None:
        serving = [v for v, record in self.versions.items() if record.state is State.AVAILABLE]
        self.latest = self.versions[max(serving)].servable if serving else None


def status_error(version: Version) -> tuple[Code, str]:
    """Return the code and message of a version's status."""
    return (version.error.code, version.error.message) if version.error else (Code.OK, "")
