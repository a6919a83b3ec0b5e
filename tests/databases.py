"""Which tests run on both databases, and why: what they prove can hold on SQLite and not on PostgreSQL.

All others prove what Python decides, and run on SQLite alone. A single test says so itself:
``@pytest.mark.both_databases("why")``. Folders end with a slash.
"""

BOTH_DATABASES = {
    # Locks, isolation, what a crash leaves
    "tests/concurrency/": "locks and isolation",
    "tests/faults/": "what each database leaves after a crash, and its own tools for copies",
    "tests/encryption/test_commits.py": "two databases, two transactions",
    "tests/encryption/test_keys.py": "one key in use, whoever is faster",
    "tests/encryption/test_filing_keys.py": "one pair in use, whoever is faster",
    "tests/encryption/test_rotation.py": "the database's clock, and keys carried over in batches",
    "tests/outbox/test_delivery.py": "rows claimed with SKIP LOCKED",
    "tests/outbox/test_leases.py": "rows claimed with SKIP LOCKED",
    "tests/outbox/test_tick.py": "one worker at a time",
    "tests/accounts/test_attempts.py": "counters that several processes raise",
    "tests/accounts/test_once.py": "what a repeated request finds",
    "tests/accounts/test_sessions.py": "sessions written in the transaction of the request",
    "tests/referrals/test_caps.py": "counters that several processes raise",
    "tests/referrals/test_references.py": "a reference is drawn once",
    # Triggers, constraints, types
    "tests/audit/test_append_only.py": "triggers, roles and the authoriser",
    "tests/audit/test_attacks.py": "what the owner of the tables can do",
    "tests/audit/test_checkpoints.py": "rows of the tree",
    "tests/audit/test_journal.py": "how an entry is stored, and whose clock it bears",
    "tests/audit/test_pruning.py": "triggers that let an old entry be emptied",
    "tests/audit/test_sequencing.py": "which entries a snapshot shows",
    "tests/audit/test_writer.py": "one counter for each process",
    "tests/accounts/test_models.py": "constraints",
    "tests/encryption/test_fields.py": "sealed columns",
    "tests/encryption/test_sealed.py": "sealed columns",
    "tests/referrals/test_invariants.py": "triggers and constraints of a case",
    "tests/referrals/test_invariant_keeping.py": "triggers of purges",
    "tests/referrals/test_invariants_of_transfers.py": "row-level security on the way from one authority to another",
    "tests/referrals/workflow/test_keeping.py": "triggers of purges, and what its batches see",
    "tests/referrals/workflow/test_reopening.py": "triggers of states",
    "tests/repository/test_migrations.py": "each database's own tables",
    "tests/config/test_checks.py": "what a start asks of each database",
    "tests/config/test_health.py": "a database that doesn't answer",
    "tests/config/test_owner.py": "roles",
    # Row-level security, and the statements of lists and searches
    "tests/accounts/test_guardian.py": "exceptional grants in SQL",
    "tests/accounts/test_memberships_api.py": "statements of lists",
    "tests/accounts/test_users_api.py": "statements of lists",
    "tests/audit/test_api_entries.py": "the views of the auditor's role",
    "tests/audit/test_paging.py": "pages in the database's order",
    "tests/audit/test_questions.py": "statements of the auditors' questions",
    "tests/journeys/": "what each step sees past row-level security",
    "tests/referrals/api/test_ids.py": "statements and refusals are the same whatever is hidden",
    "tests/referrals/api/test_lists.py": "statements of lists",
    "tests/referrals/api/test_batches.py": "statements of batches",
    "tests/referrals/figures/": "counts in SQL",
    "tests/referrals/kinship/": "what the worker compares past row-level security",
    "tests/referrals/likeness/": "statements of the search",
    "tests/referrals/test_access.py": "the rule of access in SQL",
    "tests/referrals/test_access_writes.py": "the rule of access in SQL",
    "tests/referrals/test_clocks_index.py": "plans",
    "tests/referrals/test_elapsing.py": "what the worker sees past row-level security",
    "tests/referrals/test_elimination.py": "what the worker sees past row-level security",
    "tests/referrals/test_exclusion.py": "the rule of access in SQL",
    "tests/referrals/test_glass.py": "the rule of access in SQL",
    "tests/referrals/test_growing.py": "what the worker sees past row-level security",
    "tests/referrals/test_ladder.py": "what the worker sees past row-level security",
    "tests/referrals/test_on_behalf.py": "stand-ins in SQL",
    "tests/referrals/test_people.py": "stand-ins in SQL",
    "tests/referrals/test_reminders.py": "what the worker sees past row-level security",
    "tests/referrals/test_resealing.py": "what the worker sees past row-level security",
    "tests/referrals/test_waiting.py": "statements of the queue",
    "tests/referrals/workflow/test_runner.py": "the rule of access in SQL, and row-level security under it",
    "tests/referrals/workflow/test_silence.py": "what the worker sees past row-level security",
    "tests/security/test_canaries.py": "what each database writes to disk",
    "tests/security/test_excluded.py": "statements of every list",
    "tests/security/test_one_answer.py": "statements are the same whatever is hidden",
    "tests/security/test_procedure.py": "each write of the procedure under row-level security, and what a crash leaves",
    "tests/security/test_row_level_security.py": "row-level security",
    "tests/web/test_cases.py": "statements of the queue and of a case",
}


def on_both(path: str) -> bool:
    """Tell whether the tests of a file run on both databases."""
    return any(path.startswith(one) if one.endswith("/") else path == one for one in BOTH_DATABASES)
