"""The forms of a report: Markdown, HTML, PDF and CSV."""
