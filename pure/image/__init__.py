"""What an image tells of itself, and how two of them differ."""
