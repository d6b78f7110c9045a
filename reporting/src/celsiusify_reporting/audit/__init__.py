"""Checks of a run's folder and of its report."""
