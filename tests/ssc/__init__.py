"""Tests of the SSC’s services and pages."""
