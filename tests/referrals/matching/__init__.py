"""TODO tests/referrals/matching/__init__.py"""
