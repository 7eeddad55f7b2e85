"""The login page, where the server's secrets.toml configures a login. Without it nothing else is shown."""

from __future__ import annotations

import streamlit as st

from imagespace_core.app.text.markdown import literal


def require_login() -> None:
    """Ask for the login and stop the run, if there is an [auth] section and nobody is logged in.

    The routes hand out data to the holders of a token only, and tokens come from pages: this guards both.
    """
    # Streamlit adds the field as soon as there is such a section.
    if st.user.to_dict().get("is_logged_in", True):
        return
    st.title("ImageSpace", anchor=False)
    for name in _providers():
        label = "Log in" if name is None else f"Log in with {literal(name)}"
        st.button(label, on_click=st.login, args=() if name is None else (name,), key=f"login-{name}")
    st.stop()


def _providers() -> list[str | None]:
    """Their names; None for one that the section itself describes."""
    section = st.secrets["auth"]
    named = [name for name, value in section.items() if hasattr(value, "keys") and name != "client_kwargs"]
    return [None, *named] if "client_id" in section or not named else named
