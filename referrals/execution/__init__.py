"""How a step is carried out: lock, ask, do, write down; second signatures; what is possible."""
