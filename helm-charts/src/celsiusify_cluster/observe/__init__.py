"""What is observed of the targets while they are under load."""
