"""The SSC's public pages."""
