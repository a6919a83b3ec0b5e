"""Files by which an authority adds people and institutions: read, compared with what is there, and written by acts.

``table`` turns bytes into lines, one parser for each source turns lines into rows, ``plan`` compares rows with the
database; none of them writes anything. ``accounts/actions/imports.py`` asks, confirms and undoes.
"""
