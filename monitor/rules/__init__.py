"""The rule language: YAML files into rules, and the tests they carry. Knows nothing of how rules are matched."""
