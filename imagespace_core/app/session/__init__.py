"""The state behind the pages: what is open, selected, kept and addressed. Nothing in here draws."""
