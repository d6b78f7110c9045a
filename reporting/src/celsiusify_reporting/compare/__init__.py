"""Comparisons of targets within a run, and of runs with each other."""
