"""One folder per tag, one module per operation."""
