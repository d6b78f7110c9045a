"""Batching: merging requests that wait together."""
