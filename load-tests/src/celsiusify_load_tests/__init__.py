"""Drive load at serving targets and record every request exactly."""
