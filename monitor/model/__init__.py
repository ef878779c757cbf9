"""The domain's nouns: frozen dataclasses without I/O, one module per stage of an article's way."""
