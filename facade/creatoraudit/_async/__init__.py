"""The client, written as async source."""
