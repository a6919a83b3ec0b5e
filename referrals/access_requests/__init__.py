"""Access requests: who asks for the data of a person, what is copied, hidden and handed over (RGPD art. 15)."""
