"""Distributed runs: a leader, which runs Locust's master, and its workers."""
