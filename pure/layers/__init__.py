"""Decides over each layer: what it was made for, what that makes of it, what it adds to environments."""
