"""The results of calls: pages, deltas, metrics, creators and breakouts, and their columns."""
