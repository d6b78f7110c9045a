"""The host machine: its cores, quotas, processes and signals."""
