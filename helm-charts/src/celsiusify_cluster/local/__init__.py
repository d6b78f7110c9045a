"""Create clusters and download tools on this machine."""
