"""What tools say when they fail: made with the real tools, recognised by the table."""
