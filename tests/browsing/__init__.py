"""The page of an image in a real browser."""
