"""Suyuan 溯源: what the three services share. Nothing here imports from ``services``."""

__version__ = "0.1.0"
