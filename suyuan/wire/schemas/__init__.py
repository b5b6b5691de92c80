"""JSON Schemas (2020-12) of the forms that are read and written here."""
