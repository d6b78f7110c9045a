"""The web application: the API, its documentation, metrics, and health checks."""
