"""Says a build to people and programs: the log, the record, what the platform reads, every error in words.

Decides nothing: each module turns values of the other rooms into text.
"""
