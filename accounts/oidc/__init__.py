"""Sign-in by an identity provider: OpenID Connect as relying party, in ProConnect's profile (docs/decisions/0033).

``providers`` says who they are, ``metadata`` what they publish, ``profile`` how they are asked and what of their answer
counts, ``visits`` how a way there and back stays with one browser. Nothing here knows an account: whose identity it is,
and what may follow, is ``accounts/actions/identities.py``.
"""
