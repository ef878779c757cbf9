"""Measurements of what the program promises, each run as `python -m bench.<name>`."""
