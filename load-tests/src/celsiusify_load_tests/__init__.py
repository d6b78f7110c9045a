"""Drives load at each serving target and records every request exactly."""
