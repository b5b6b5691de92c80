"""The three services of the platform, and what runs them on one machine."""
