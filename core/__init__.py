"""Shared building blocks: strict inputs, query parameters, paging, kept queries, the clock. Above ``encryption`` alone."""
