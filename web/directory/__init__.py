"""Pages of the directory of local resources: their words, the place that a search names, entries in words."""
