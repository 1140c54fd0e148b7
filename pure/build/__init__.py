"""Decides a whole build: its facts, its plan, its steps, and the conversation in which they are carried out.

The only room that knows all those below it.
"""
