"""Files about the same child: search, candidates, merge, unmerge, links (D01 to D05, T12, T35, X05, X06)."""
