"""Guards: what must never happen, and who set that."""
