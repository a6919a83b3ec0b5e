"""Break glass: emergency access to one case, with a reason, an end, an alert and a review (G01 to G05; §1.3 rule 7)."""
