"""Decides how a bill of materials is written: what its components are, and how two formats say it."""
