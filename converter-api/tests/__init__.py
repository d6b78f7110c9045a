"""A package, so that tests can share `support` under pytest's importlib mode."""
