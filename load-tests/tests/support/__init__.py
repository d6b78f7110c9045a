"""Workspaces, servers and readers that several tests share."""
