"""Composition of the features: routes, topics of the journal, signatures of rows and cells."""
