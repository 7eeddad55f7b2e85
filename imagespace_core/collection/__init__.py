"""What can be asked of a workspace: its files joined with the verbs of the packages below. The Python API."""
