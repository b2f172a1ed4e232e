"""Many clients who want the same thing at the same moment, and what becomes of it when a guard is taken out."""
