"""Statistics of a run: codes and figures, computed from its samples."""
