"""The build: images in, a workspace out. `pipeline.py` says which steps there are and in what order."""
