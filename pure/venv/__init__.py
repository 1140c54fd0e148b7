"""Says what an environment shall hold, what it holds, and what lies between the two."""
