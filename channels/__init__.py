"""The media: each adapter translates between a vendor's wire and our values, and decides nothing."""
