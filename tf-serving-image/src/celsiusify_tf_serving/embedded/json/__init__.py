"""JSON requests and answers of TensorFlow Serving's REST API."""
