"""What all API files of cases share."""
