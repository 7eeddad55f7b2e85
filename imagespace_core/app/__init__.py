"""The Streamlit app: its pages, the components that they share, its server and the state of a session."""
