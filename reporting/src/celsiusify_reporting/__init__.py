"""Statistics and reports from the rows that Celsiusify's load tests write."""
