"""A self-hosted news-monitoring daemon."""
