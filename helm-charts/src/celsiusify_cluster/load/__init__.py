"""A load on the cluster: its Job, its log, and its results."""
