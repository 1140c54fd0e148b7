"""The imperative shell: reads the world, carries out what the core decides."""
