"""Decides what each binding of the platform comes to: which variables, files and certificates of which tools."""
