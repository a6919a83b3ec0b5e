"""What the procedure expects, typed by hand from ``domain.md`` and never computed from the code.

Each module is a second opinion: the tests compare the declarations of the service with these tables, so a
table changes only when the procedure changes. What a table lists is allowed; every other cell must refuse.
"""
