"""The record of requests and events: its format, its writer and its readers."""
