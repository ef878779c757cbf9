"""What the extractor of key facts gets right, kind by kind, beside peers and with the list of its errors."""
