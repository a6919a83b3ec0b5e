"""Shared building blocks: strict inputs, query parameters, paging, the clock. Only ``encryption`` is below it."""
