"""What a match means for each channel, how it reads, and its way to the sinks. Pure but for `outbox`."""
