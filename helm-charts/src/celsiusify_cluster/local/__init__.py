"""Clusters and tools on this machine."""
