"""Decides how a Python runtime is fetched, what of it is kept, and what it says of its own making."""
