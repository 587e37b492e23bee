"""The console: the back office in a browser, rendered on the server."""
