"""Reads pip's requirements files: their lines, the files that they name, where they come from."""
