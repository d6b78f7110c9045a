"""One load made by several machines: a leader, which runs Locust's master, and its workers."""
