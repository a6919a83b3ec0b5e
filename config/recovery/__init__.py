"""Recovery: copies to the minute by pgBackRest, the rehearsal of a restore, and what a restore has lost."""
