"""The REST door: `/v1`, described by its own OpenAPI document."""
