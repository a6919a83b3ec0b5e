"""Training instance: an instance of its own to learn in, apart from any real one (docs/decisions/0056).

Nothing of it is real and nothing leaves it; each night it is emptied. Read in this order: ``refusals`` (what its
settings may not say), ``config/state_mark.py`` and ``kind`` (which state folder and which database is whose),
``isolation`` (no connection leaves), ``marking`` (every answer says that it is training), ``seed`` (who is there),
``reset`` and ``nightly`` (how it is emptied).
"""
