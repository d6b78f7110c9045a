"""Stand in for TensorFlow Serving: the same SavedModels, API and flags, in Python."""

from celsiusify_tf_serving.embedded.command import main

__all__ = ["main"]
