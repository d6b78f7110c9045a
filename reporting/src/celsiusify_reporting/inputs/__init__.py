"""Readers of a run's files, which check what they read."""
