"""The one error of the benchmark."""


class BenchError(Exception):
    """Something can't be measured; the text says what, and what to do."""
