"""What calls return: pages, deltas, metrics, creators, breakouts, and their columns."""
