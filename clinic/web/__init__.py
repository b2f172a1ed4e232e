"""The door of HTTP: one room a noun, and what they share."""
