"""Models: configuration, loading, and requests that run them."""
