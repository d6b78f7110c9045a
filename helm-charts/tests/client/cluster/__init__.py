"""A cluster for tests: an API server for the real kubectl and helm; containers are functions."""
