"""What pages draw: the map and its controls, the panels of the viewer, charts, and the choice of a workspace."""
