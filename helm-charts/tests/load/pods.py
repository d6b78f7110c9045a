"""Pods of a rendered chart as processes of this machine, as a kubelet would start them."""

import os
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ..servers.local import PATIENCE_S
from ..support.manifests import Manifest, name, of_kind

HERE = "127.0.0.1"
REFERENCE = re.compile(r"\$\(([A-Za-z_][A-Za-z0-9_]*)\)")


@dataclass(frozen=True)
class Node:
    """A machine that runs pods of one image.

    Attributes:
        folder: Where their volumes and logs are.
        manifests: What is on the cluster.
        entrypoint: The image's.
    """

    folder: Path
    manifests: Sequence[Manifest]
    entrypoint: str

    @contextmanager
    def running(
        self, pod: str, spec: Manifest, *extra: str, **variables: str
    ) -> Iterator[subprocess.Popen[bytes]]:
        """Run a pod until the block ends.

        Args:
            pod: Its name.
            spec: Its spec, with one container.
            extra: Arguments after its own.
            variables: What its environment has from a controller or its labels.
        """
        (container,) = spec["containers"]
        folders = self._mount(pod, spec["volumes"], container["volumeMounts"])
        said = {entry["name"]: entry["value"] for entry in container["env"] if "value" in entry}
        environment = {name: self._here(value, folders) for name, value in said.items()} | variables
        arguments = [
            self._here(REFERENCE.sub(lambda found: environment[found[1]], argument), folders)
            for argument in container["args"]
        ]
        temporary = folders.get("/tmp", self.folder / pod)
        with self._log(pod).open("wb") as log:
            process = subprocess.Popen(
                [self.entrypoint, *arguments, *extra],
                env={"PATH": os.environ["PATH"], "TMPDIR": str(temporary)} | environment,
                cwd=self.folder / pod,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            yield process
        finally:
            process.terminate()
            process.wait(PATIENCE_S)

    def log(self, pod: str) -> str:
        """What a pod has printed."""
        return self._log(pod).read_text()

    def _log(self, pod: str) -> Path:
        return self.folder / f"{pod}.log"

    def _mount(
        self, pod: str, volumes: Sequence[Manifest], mounts: Sequence[Manifest]
    ) -> dict[str, Path]:
        """Make the folders of a pod's mounts, with the files of ConfigMaps in them."""
        config_maps = {
            volume["name"]: volume["configMap"]["name"]
            for volume in volumes
            if "configMap" in volume
        }
        folders = {}
        for mount in mounts:
            folder = self.folder / pod / mount["mountPath"].lstrip("/")
            folder.mkdir(parents=True)
            for file, text in self._data(config_maps.get(mount["name"])).items():
                (folder / file).write_text(text)
            folders[mount["mountPath"]] = folder
        return folders

    def _data(self, wanted: str | None) -> dict[str, str]:
        for config_map in of_kind(self.manifests, "ConfigMap"):
            if config_map["metadata"]["name"] == wanted:
                return dict(config_map["data"])
        return {}

    def _here(self, text: str, folders: Mapping[str, Path]) -> str:
        """Put folders and the address of this machine where a text has those of the pod."""
        inside = "|".join(map(re.escape, sorted(folders, key=len, reverse=True)))
        text = re.sub(
            rf"(?<![\w./-])({inside})(?![\w.-])", lambda found: str(folders[found[1]]), text
        )
        services = (name(service) for service in of_kind(self.manifests, "Service"))
        own = "|".join(re.escape(service.partition("/")[2]) for service in services)
        return re.sub(rf"(?<![\w.-])([\w-]+\.)?({own})(?![\w.-])", HERE, text) if own else text
