"""A loopback ESA endpoint for tests, examples and people; it misbehaves when told to."""

from emulator.glitches import Glitch
from emulator.raw import RawAnswer
from emulator.seed import EMPTY_SITE_ID, EXAMPLE_JOB_ID, EXAMPLE_SITE_ID, FOREIGN_SITE_ID, SITE_ID
from emulator.server import Emulator
from emulator.sites import OFFLINE_SITE_ID

__all__ = [
    "EMPTY_SITE_ID",
    "EXAMPLE_JOB_ID",
    "EXAMPLE_SITE_ID",
    "FOREIGN_SITE_ID",
    "OFFLINE_SITE_ID",
    "SITE_ID",
    "Emulator",
    "Glitch",
    "RawAnswer",
]
