"""A report as data, and the document that all its forms are made from."""
