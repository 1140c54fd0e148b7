"""What a machine lacks for local builds, from what was tried and read on it."""
