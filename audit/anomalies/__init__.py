"""Anomaly detection: rules over the journal that find unusual access to files (SEC-AL18, domain.md §7.4)."""
