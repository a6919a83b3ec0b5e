"""Record linkage on sealed identities: blocking keys, candidates, comparison."""
