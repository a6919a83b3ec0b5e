"""OpenID Connect relying party, in ProConnect's profile: sign-in by an identity provider (docs/decisions/0033).

``providers`` lists the providers, ``metadata`` fetches what they publish, ``profile`` makes the request and validates
the answer, ``visits`` ties the round trip to one browser. Nothing here knows an account:
``accounts/actions/identities.py`` resolves the identity and decides what follows.
"""
