"""A package, so that tests can share `serving` under pytest's importlib mode."""
