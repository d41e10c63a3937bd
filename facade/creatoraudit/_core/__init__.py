"""The decisions of the client, almost all without I/O."""
