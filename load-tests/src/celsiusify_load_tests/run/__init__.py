"""A run: its plan, its rounds, and what it leaves behind."""
