"""Export of a run's folder through the log of its process."""
