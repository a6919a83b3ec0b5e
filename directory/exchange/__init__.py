"""Formats in which the directory is read and written: data.inclusion, HSDS, FINESS, service-public, our own table."""
