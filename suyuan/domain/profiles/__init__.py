"""Sector profiles: what a department asks of its sector's reports, as data (docs/profiles.md)."""
