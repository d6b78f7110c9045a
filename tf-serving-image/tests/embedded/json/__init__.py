"""Tests of JSON requests and answers."""
