"""Transactional outbox: notices and webhooks as rows of the act's transaction, and their delivery.

It knows user ids, keyed hashes and template codes only; no name, no fact, no case. Read ``notices`` (how a row is
written), ``delivery`` (how it is sent), ``tick`` (recurring work).
"""
