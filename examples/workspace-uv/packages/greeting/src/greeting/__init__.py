"""What the workspace greets with."""


def greeting(name: str) -> str:
    """A greeting for ``name``."""
    return f"Hello, {name}\n"
