"""How gunicorn serves the application, and how an instance stops."""
