"""Documents that leave the service on paper, made from a case with their sources."""
