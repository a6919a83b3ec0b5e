"""Record linkage measured: invented children, how they are miswritten, searches in plain beside the service's own.

``population`` and ``errors`` were fixed, with ``TUNING`` and the shares, before anything was tuned on them.
"""
