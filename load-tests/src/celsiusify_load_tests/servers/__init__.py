"""Servers under load: started here, running elsewhere, or doing nothing."""
