"""The functional core: facts in, decisions out."""
