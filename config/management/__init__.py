"""Commands of ``manage.py`` that need every app: the demonstration, and the pages made from the code."""
