"""What is asked of the house, mirroring it room by room."""
