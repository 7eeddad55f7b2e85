"""The server of the app: what it answers beside Streamlit's own pages."""
