"""What all rooms of the web share."""
