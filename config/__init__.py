"""The edge: settings, addresses, errors, and everything that stands between HTTP and the apps."""
