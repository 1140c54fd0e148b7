"""Commands for developers: what the Makefile calls."""
