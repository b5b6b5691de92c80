"""Tables for people with a spreadsheet: chains and recalls as CSV and XLSX, row by row."""
