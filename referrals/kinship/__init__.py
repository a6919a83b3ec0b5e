"""Whoever is tied to somebody of a case never sees it: what staff declare, their own names, and the cases, compared.

Read in this order: ``encodings`` (what is compared, keyed), ``ties`` (what a member of staff declares), ``hits`` (a
case whose people are at hand), ``work`` (a member who is new, or has declared something, and the cases that are
there), ``deciding`` (what the cell sees of it). Source: domain.md §1.3 rule 8; docs/decisions/0032-declared-ties.md.
"""
