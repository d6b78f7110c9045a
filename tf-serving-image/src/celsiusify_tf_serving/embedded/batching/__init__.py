"""Batching of requests, as BatchingParameters configure it."""
