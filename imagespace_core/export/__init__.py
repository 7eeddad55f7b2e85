"""What leaves a workspace to be shown elsewhere."""
