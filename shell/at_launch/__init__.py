"""Programs that run in images, before the application does; they import next to nothing and nothing of this folder."""
