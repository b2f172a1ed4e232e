"""Rules in plain Python: no Flask, no SQLAlchemy, no clock."""
