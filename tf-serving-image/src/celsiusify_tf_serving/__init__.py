"""Serve the model by TensorFlow Serving, or by the closest thing that this machine has."""
