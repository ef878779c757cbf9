"""What the daemon says about itself: logs, metrics, health, and systemd's notifications."""
