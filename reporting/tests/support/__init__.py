"""Made-up runs for the tests."""
