"""The home folder that this run started with: read before tests/conftest.py gives each test an empty one."""

from __future__ import annotations

from pathlib import Path

HOME = str(Path.home())
