"""The SSC’s pages, and what the SSC asks of Parties."""
