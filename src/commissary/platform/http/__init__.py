"""HTTP machinery: endpoints as a table, strict bodies, problems (RFC 9457), permissions, OpenAPI."""
