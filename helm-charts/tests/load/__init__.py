"""What the load tests' chart runs, run here."""
