"""Says what the application declares of itself: its files, its requirements, its locks."""
