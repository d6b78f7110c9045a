"""SavedModels: their versions, signatures and requests."""
