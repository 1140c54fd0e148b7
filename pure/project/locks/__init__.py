"""Reads lock files, one module for each kind: text in, facts out."""
