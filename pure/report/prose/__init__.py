"""Says each error in words: what happened, what it means, what to do.

One module per family of errors.
"""
