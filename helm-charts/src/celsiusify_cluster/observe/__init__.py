"""Observe the targets while they are under load."""
