"""Clinic: the discreet scheduler of a legal clinic that works with people in danger."""
