"""The embedded server: TensorFlow Serving's API and flags for the same SavedModels, in Python."""

from celsiusify_tf_serving.embedded.command import main

__all__ = ["main"]
