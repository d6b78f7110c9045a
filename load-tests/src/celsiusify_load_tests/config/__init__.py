"""Settings that people write: targets, load profiles, load models, connection policies."""
