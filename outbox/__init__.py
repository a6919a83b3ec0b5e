"""What must leave the house: notices and webhooks as rows of the act's transaction, and their delivery.

Knows user ids, keyed values and template codes only; no name, no fact, no case. Read ``notices`` (how a row is
written), ``delivery`` (how it leaves), ``tick`` (what runs by itself, and when).
"""
