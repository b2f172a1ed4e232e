"""Rows become iCalendar bytes."""
