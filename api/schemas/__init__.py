"""What travels over the wire: pydantic shapes, ids as strings, moments in ISO 8601, spans in seconds."""
