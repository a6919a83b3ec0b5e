"""The storage door: sealed objects by random name, in a folder or an S3-compatible store (decision 0020).

What lies there is noise without the keys, and its names tell nothing: no case, no person, no date but the file's own.
"""
