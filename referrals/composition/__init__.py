"""What puts the features together: routes, topics of the journal, signatures of rows and cells."""
