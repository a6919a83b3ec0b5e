"""Files that may be about the same child, found on keyed values alone; candidates are opened before anybody is told.

Read in this order: ``spelling`` (how a name is read), ``identity`` (what is compared), ``traits`` (what is indexed),
``buckets`` (how it is keyed and cut short), ``indexing`` (who writes it), ``finding``, ``comparing``, ``work``.
"""
