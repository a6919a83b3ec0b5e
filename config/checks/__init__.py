"""Start-up checks: what the service refuses to run with, and the sentence that says what to set, topic by topic."""
