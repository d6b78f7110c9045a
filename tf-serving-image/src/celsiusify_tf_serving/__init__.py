"""Serve the model by TensorFlow Serving, or by the embedded server."""
