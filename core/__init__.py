"""Shared building blocks: inputs, query parameters, paging, kept queries, the clock. Only ``encryption`` is below."""
