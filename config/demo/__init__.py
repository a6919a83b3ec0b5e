"""Demonstration: three authorities, people in every role, and five scenarios played through the real actions.

All people are invented: each name says "démonstration", each address ends in ``@demo.invalid``. Read in this order:
``cast`` (who), ``stage`` (how an act is played), ``forms`` (what is filed), ``stories/`` (what happens), ``show`` (what
is printed), ``serving`` (the web server).
"""
