"""The server that comes with this package."""

import os
from importlib.metadata import version

from celsiusify_tf_serving.engines.engine import Finding
from celsiusify_tf_serving.settings import Settings, server_flags


class Embedded:
    """Runs in this process, from the same SavedModel and by the same flags."""

    name = "embedded"
    caveat: str | None = (
        "Served by a server embedded in Celsiusify, which speaks TensorFlow Serving's API, and not "
        "by TensorFlow Serving: this run makes no statement about the speed of TensorFlow Serving "
        "itself."
    )

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def find(self) -> Finding:
        """It is always here."""
        return Finding(True, "the embedded server comes with this package")

    def version(self) -> str:
        """Tell its own version and that of the TensorFlow that computes."""
        own, tensorflow = version("celsiusify-tf-serving-image"), version("tensorflow")
        return f"{own} (TensorFlow {tensorflow})"

    def serve(self) -> int:
        """Serve in this process."""
        # Its C++ log would tell of the machine, at the highest level that there's no GPU; what goes
        # wrong with a model comes as an exception.
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        # TensorFlow takes seconds to import: only when it's needed.
        from celsiusify_tf_serving import embedded

        self._settings.write_pid(os.getpid())
        return embedded.main(server_flags(self._settings))
