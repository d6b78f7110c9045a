"""The manager of all models: finds versions, and applies configurations."""

import asyncio
from collections.abc import Iterable, Mapping

from celsiusify_tf_serving.embedded.errors import Code, ServingError, invalid
from celsiusify_tf_serving.embedded.models.model import Load, Model, Retries, Version
from celsiusify_tf_serving.embedded.models.model_config import (
    ModelConfig,
    ModelSpec,
    check_platforms,
)
from celsiusify_tf_serving.embedded.models.servable import Servable


class Manager:
    """The models that are or were served.

    Args:
        load: Function that loads a version; called in a thread.
        retries: Number and interval of further attempts to load a version.
        poll_s: Seconds between searches for new versions; 0 searches once.
        allow_unavailable_labels: Whether a new label may name a version that isn't loaded.
    """

    def __init__(
        self, load: Load, retries: Retries, poll_s: float, allow_unavailable_labels: bool
    ) -> None:
        self._load, self._retries, self._poll_s = load, retries, poll_s
        self._allow_unavailable_labels = allow_unavailable_labels
        self._models: dict[str, Model] = {}
        self._configs: Mapping[str, ModelConfig] = {}
        self._watchers: dict[str, asyncio.Task[None]] = {}
        self._change = asyncio.Lock()

    def find(self, spec: ModelSpec) -> Servable:
        """Return the requested version, or else the highest available version.

        Raises:
            ServingError: If the model, version or label is missing.
        """
        if not spec.name:
            raise invalid("ModelSpec has no name specified.")
        version = spec.version if spec.label is None else self._labelled(spec.name, spec.label)
        model = self._models.get(spec.name)
        servable = model and (model.latest if version is None else model.servable(version))
        if not servable:
            requested = (
                f"Latest({spec.name})" if version is None else f"Specific({spec.name}, {version})"
            )
            raise ServingError(Code.NOT_FOUND, f"Servable not found for request: {requested}")
        return servable

    def versions(self, spec: ModelSpec) -> list[Version]:
        """Return the versions of a status request, highest first; ignore a label.

        Raises:
            ServingError: If there is no such version.
        """
        model = self._models.get(spec.name)
        versions = model.versions if model else {}
        if spec.version is not None:
            if spec.version not in versions:
                raise ServingError(
                    Code.NOT_FOUND, f"Could not find version {spec.version} of model {spec.name}"
                )
            return [versions[spec.version]]
        if not versions:
            raise ServingError(Code.NOT_FOUND, f"Could not find any versions of model {spec.name}")
        return [versions[number] for number in sorted(versions, reverse=True)]

    async def change(self, configs: Mapping[str, ModelConfig]) -> list[Model]:
        """Apply a new configuration.

        Returns:
            The new models, which load in the background.

        Raises:
            ServingError: If the configuration is refused; then nothing changes.
        """
        async with self._change:
            check_platforms(self._configs, configs)
            self._check_labels(configs)
            removed, kept = self._configs.keys() - configs, self._configs.keys() & configs
            changed = [name for name in kept if self._configs[name] != configs[name]]
            self._configs = configs
            for name in removed:
                self._watchers.pop(name).cancel()
            for name in changed:
                self._models[name].config = configs[name]
            await asyncio.gather(
                *(self._models[name].retire() for name in removed),
                *(self._models[name].refresh() for name in changed),
            )
            return [self._add(config) for name, config in configs.items() if name not in kept]

    async def stop(self) -> None:
        """Stop searching for versions."""
        for watcher in self._watchers.values():
            watcher.cancel()
        await asyncio.gather(*self._watchers.values(), return_exceptions=True)

    def _labelled(self, name: str, label: str) -> int:
        config = self._configs.get(name)
        if config is None or label not in config.labels:
            raise invalid(f"Unrecognized servable version label: {label}")
        return config.labels[label]

    def _check_labels(self, configs: Mapping[str, ModelConfig]) -> None:
        for name, config in configs.items():
            old_labels = self._configs[name].labels if name in self._configs else {}
            for label, version in config.labels.items():
                model = self._models.get(name)
                serves = model is not None and model.servable(version) is not None
                if not serves and (label in old_labels or not self._allow_unavailable_labels):
                    raise ServingError(
                        Code.FAILED_PRECONDITION,
                        f"Request to assign label to version {version} of model {name}, which is"
                        " not currently available for inference",
                    )

    def _add(self, config: ModelConfig) -> Model:
        model = self._models[config.name] = Model(config, self._load, self._retries)
        self._watchers[config.name] = asyncio.create_task(self._watch(model))
        return model

    async def _watch(self, model: Model) -> None:
        await model.refresh()
        while self._poll_s > 0:
            await asyncio.sleep(self._poll_s)
            await model.refresh()


async def wait_until_available(models: Iterable[Model]) -> None:
    """Wait until each model has an available version.

    Raises:
        ServingError: If all versions of a model failed to load.
    """
    failures = []
    for model in models:
        await model.is_settled.wait()
        if not model.latest:
            failures += [(model.config.name, version) for version in model.failures()]
    if failures:
        listed = "".join(
            f"{{{{name: {name} version: {version.number}}} due to error: {version.error}}}, "
            for name, version in failures
        )
        raise ServingError(
            Code.UNKNOWN, f"{len(failures)} servable(s) did not become available: {{{listed}}}"
        )
