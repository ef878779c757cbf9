"""Scripts that make files the package ships."""
