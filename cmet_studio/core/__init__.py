"""Errors, user paths, progress and cancellation. Knows nothing of the rest; everyone may import it."""
