"""Renderers of documents, tables and schemas."""
