"""Training: invented stories to work on, what each is checked against, a short course, its attestation (field.md B.7).

It exists in a training instance alone (``settings.TRAINING``), which has databases and keys of its own.
"""
