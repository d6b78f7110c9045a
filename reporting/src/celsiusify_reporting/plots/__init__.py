"""Plots as data, and the libraries that draw them."""
