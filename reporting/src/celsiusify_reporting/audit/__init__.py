"""Audits of run folders."""
