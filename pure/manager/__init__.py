"""Decides which package manager installs, by which tool, in which version, with which settings and commands."""
