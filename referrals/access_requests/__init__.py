"""Access requests: who asks for the data of a person, what is copied, hidden and handed over (RGPD art. 15).

What the cells ``req`` of the matrix open (domain.md §1.3), and how: within an open request the officer reads the data
of its subjects **through the copy alone** (AR5), on the page of the request, and never through the pages of the case.
The alternative, a relation of its own in ``referrals/access``, would have opened whole classes of whole cases, those of
brothers, sisters and the other parent too, in lists, searches and answers of the API, for each of which somebody would
have had to remember to leave them out. The copy holds what is of the subjects and nothing else; it exists from AR5 to
AR16 under a key of its own; each look at it is one entry. So the matrix gives the officer the shell, as before, and
row-level security needs no new rule on the tables of cases.
"""
