"""Bootstrap of an installation: databases, roles, keys and one environment file for each process.

``plan.py`` says what can't be guessed, ``stages.py`` what is done, in which order. Each step looks first whether it is
done already: a second run changes nothing, and a run that broke off goes on.
"""
