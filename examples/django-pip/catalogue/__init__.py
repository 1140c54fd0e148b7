"""A catalogue with one page."""
