"""Messages that could not become facts: kept, explained, replayed."""
