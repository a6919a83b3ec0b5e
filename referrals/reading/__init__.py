"""What a reader is told of a case: fields, names, counts, namesakes."""
