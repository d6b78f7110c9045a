"""Puts both serving targets on a Kubernetes cluster, loads them there, brings the results home."""
