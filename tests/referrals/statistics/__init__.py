"""TODO tests/referrals/statistics/__init__.py"""
