"""Inputs without end for whatever reads what strangers wrote."""
