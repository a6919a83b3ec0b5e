"""What the views of the API share: case views, step views, schema, documents."""
