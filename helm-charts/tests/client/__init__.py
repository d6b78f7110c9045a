"""A package, so that tests can share the fake cluster under pytest's importlib mode."""
