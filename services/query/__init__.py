"""Chains out of one subsystem: the reading half, and what only the gateway may ask."""
