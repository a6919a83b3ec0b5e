"""Rules over the journal that find odd ways of reading files (SEC-AL18, domain.md §7.4)."""
