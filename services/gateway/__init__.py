"""Chains out of all subsystems; the city's public window."""
