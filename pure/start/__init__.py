"""Decides how the application starts: from what it declares, or from its code and what is installed."""
