"""Replicas and instances of a target, and how they followed the load."""
