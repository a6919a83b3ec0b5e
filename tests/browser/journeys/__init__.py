"""What each person does at the pages, and what it costs them: ``make journeys``."""
