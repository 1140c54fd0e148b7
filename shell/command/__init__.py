"""Holds the console script ``lamina`` and what only it needs; a platform never sees this folder."""
