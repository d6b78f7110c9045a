"""Tests of a real instance."""
