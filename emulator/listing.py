"""One page of a list, the one that was asked for or another that the glitches ask for."""

from __future__ import annotations

from dataclasses import dataclass

from emulator.glitches import Glitch
from emulator.jobs import dump
from emulator.sites import Site, Span
from emulator.store import Store

_IGNORED_PAGE_SIZE = 20


@dataclass(frozen=True)
class Page:
    """The page to answer with, after the glitches are applied."""

    number: int
    size: int

    @classmethod
    def asked(cls, number: int, size: int, glitches: list[Glitch]) -> Page:
        """The page that was asked for, or what the glitches make of it."""
        for glitch in glitches:
            if glitch.ignore_page_size:
                size = _IGNORED_PAGE_SIZE
            if glitch.clamp_page_size is not None:
                size = min(size, glitch.clamp_page_size)
            if glitch.repeat_first_page:
                number = 1
        return cls(number, size)

    @property
    def offset(self) -> int:
        """The number of rows before it."""
        return (self.number - 1) * self.size


def list_jobs(store: Store, site_id: int, created: Span, page: Page, glitches: list[Glitch]) -> tuple[int, list[bytes]]:
    """How many there are, and the serialised jobs of the page."""
    total, jobs = store.window(site_id, created, page.offset, page.size)
    rows = [job.row for job in jobs]
    # This page's rows are already taken, so a change shows from the next page on.
    for glitch in glitches:
        if glitch.shift == "insert":
            store.add(site_id)
        elif glitch.shift == "delete":
            held = store.jobs(site_id)
            if held:
                store.delete(site_id, held[0].id)
    return total, rows


def list_sites(found: list[Site], store: Store, page: Page, glitches: list[Glitch]) -> tuple[int, list[bytes]]:
    """How many were found, and the serialised sites of the page."""
    rows = [dump(site.fields) for site in found[page.offset : page.offset + page.size]]
    for glitch in glitches:
        if glitch.shift == "insert":
            store.change_site(max(store.site_ids()) + 1, CreateTime="2099-01-01T00:00:00Z")
        elif glitch.shift == "delete" and found:
            store.delete_site(int(str(found[0].fields["SiteId"])))
    return len(found), rows
