"""The part that runs inside Locust's processes and makes the load."""
