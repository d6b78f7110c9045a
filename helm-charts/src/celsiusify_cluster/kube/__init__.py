"""Run helm and kubectl, and explain what they report."""
