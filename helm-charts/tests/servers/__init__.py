"""What the servers' charts run, run here."""
