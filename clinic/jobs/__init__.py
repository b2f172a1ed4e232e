"""Work that nobody waits for: sending what is due, and the sweep."""
