"""Checks of whether a run measured its targets."""
