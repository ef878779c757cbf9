"""Articles in: feeds over HTTP, the seeds folder, and the list of what to watch."""
