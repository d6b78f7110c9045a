"""helm, kubectl, and what Kubernetes says."""
