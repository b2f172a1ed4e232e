"""Verbs: each changes something, inside a transaction that its caller opened."""
