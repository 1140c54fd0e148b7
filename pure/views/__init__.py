"""Says to people and programs what only the command `lamina` shows: of images, of plans, of a machine."""
