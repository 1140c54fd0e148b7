"""Decides which Python: who has a say in it, what they ask for, what there is."""
