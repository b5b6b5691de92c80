"""What meat, vegetable and poultry markets send to the ministry's city platform, as XML."""
