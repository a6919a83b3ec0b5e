"""Articles of law that the service cites, each with what it says in our words, and the reader of citations."""
