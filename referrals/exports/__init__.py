"""Export of cases with names: two persons, a delay, a sealed file that is taken once (SEC-AZ12, SEC-AZ14, SEC-AZ15)."""
