"""Replicas of a target over time, and how they followed the load."""
