"""Stand-ins for the world outside, speaking its real protocols over loopback."""
