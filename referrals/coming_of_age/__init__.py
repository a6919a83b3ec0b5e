"""Effects of a child's birthday: age bands, flags, majority (C23; domain.md §5.1)."""
