"""Tests of models and versions."""
