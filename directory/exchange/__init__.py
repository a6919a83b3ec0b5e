"""Files by which the directory is filled and passed on (field.md A.1, A.2, A.5).

Each format turns bytes into ``Entry`` rows (``rows.py``), which ``values.py`` checks against our own fields;
``plan.py`` compares them with what is there and writes nothing. ``directory/actions/imports.py`` tries and does,
``directory/actions/exports.py`` writes files.
"""
