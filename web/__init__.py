"""Pages for people, on the same actions and access rules as the API; they hold no rule of their own."""
