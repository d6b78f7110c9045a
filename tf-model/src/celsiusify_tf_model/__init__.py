"""Learn the conversion from °F to °C and export it as a SavedModel for TensorFlow Serving."""
