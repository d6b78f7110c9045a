"""The record of requests and events: its format, writer and readers."""
