"""Clients of the serving targets, one package for each protocol."""
