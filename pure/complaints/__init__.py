"""Decides what the words of a failing tool mean: the reasons, and what the system lacks."""
