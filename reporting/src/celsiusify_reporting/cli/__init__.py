"""The verbs of the command line; no other package imports them."""
