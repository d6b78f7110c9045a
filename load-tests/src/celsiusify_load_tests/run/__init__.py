"""A run: its plan, its rounds, and its results."""
