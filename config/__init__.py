"""Project configuration and HTTP edge: settings, routes, errors, middleware."""
