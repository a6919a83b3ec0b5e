"""Referrals to the prosecutor or the children's judge, their document and outcome (J01 to J07; L226-4)."""
