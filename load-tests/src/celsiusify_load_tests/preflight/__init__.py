"""Checks before any timing: answers, phases of a request, calibration of the generator."""
