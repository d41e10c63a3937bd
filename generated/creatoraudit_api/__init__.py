"""Low-level client, generated from the OpenAPI document. Imports nothing, on purpose."""
