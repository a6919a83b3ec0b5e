"""Directory of local resources: structures, services, places, capacities, and how a service is found for a need."""
