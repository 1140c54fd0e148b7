"""What of a plan is the application's own decision, as a file to review, and how two such files differ."""
