# What a developer types. CI runs the same, and more: .ci/run

.PHONY: install run test lint types

install:  ## an environment in .venv with all that tests need
	uv sync

run:  ## the app on what ./workspaces holds
	uv run streamlit run streamlit_app.py

test:
	uv run pytest

lint:
	uv run ruff check .
	uv run ruff format --check .
	uv run lint-imports

types:
	uv run pyright
