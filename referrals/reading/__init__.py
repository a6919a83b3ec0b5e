"""Content of a case for a reader: fields, names, counts, namesakes."""
