"""The behaviour of RapidJSON that other JSON libraries don't have."""
