"""The program that parses files, in a process that can do nothing else (SEC-FI2). It imports nothing of the service."""
