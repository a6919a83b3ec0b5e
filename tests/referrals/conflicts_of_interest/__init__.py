"""TODO tests/referrals/conflicts_of_interest/__init__.py"""
