"""Decides nothing: it shows an image as one page, for people who review it in a browser."""
