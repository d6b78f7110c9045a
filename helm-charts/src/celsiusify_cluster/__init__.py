"""Deploy the serving targets to a Kubernetes cluster, and load them there."""
