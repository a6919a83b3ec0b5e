"""Shared building blocks: strict inputs, query parameters, paging, kept queries, the clock. Only ``encryption`` is below it."""
