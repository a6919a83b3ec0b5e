"""``make bench``: what encryption, access rules and the audit log cost, as ratios measured in one run.

Read ``__main__`` (the command line, the table), then ``run`` (one size), ``load`` (the clients), ``fill`` (the rows),
``bare`` (the same endpoints without any of it).
"""
