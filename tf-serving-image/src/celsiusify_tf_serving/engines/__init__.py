"""The engines: ways to run TensorFlow Serving, or its stand-in."""
