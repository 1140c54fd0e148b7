"""Whole builds: real interpreters, real pip, real layers."""
