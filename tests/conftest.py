"""How properties are tested everywhere: without a deadline, for a busy machine proves nothing about the code."""

from hypothesis import settings

settings.register_profile("lamina", deadline=None)
settings.load_profile("lamina")
