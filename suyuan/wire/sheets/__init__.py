"""Reports as spreadsheets: CSV and XLSX in, a template and a list of refused rows out.

A row is an event of the city form. ``columns`` and ``words`` say what may stand where, ``opening``
gives the rows of any file, ``reading`` makes a report of each.
"""
