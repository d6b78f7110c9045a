"""Tests of the charts: what the real helm renders, and what must hold of it."""
