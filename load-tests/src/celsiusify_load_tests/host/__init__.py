"""The machine: its cores, quotas, processes and signals."""
