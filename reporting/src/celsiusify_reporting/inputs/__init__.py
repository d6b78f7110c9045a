"""Readers of the files of a run's folder."""
