"""Conditions over time, decided: does what a rule has matched so far make this match an alert. Pure."""
