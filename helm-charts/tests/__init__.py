"""Tests of the charts and of the client."""
