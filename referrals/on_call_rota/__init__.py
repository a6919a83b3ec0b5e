"""On-call rota, by authority and period (domain.md §11.1 ``ON_CALL_SCHEDULE``)."""
