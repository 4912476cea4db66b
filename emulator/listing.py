"""One page of a list, true or with the lies about pages that the faults ask for."""

from __future__ import annotations

from dataclasses import dataclass

from emulator.faults import Fault
from emulator.sites import Site, Span
from emulator.store import Store

_IGNORED_PAGE_SIZE = 20


@dataclass(frozen=True)
class Page:
    """Which page is answered, and how it is spelled, once the faults had their say."""

    number: int
    size: int
    numbers_as_text: bool
    total_spelling: str | None

    @classmethod
    def asked(cls, number: int, size: int, faults: list[Fault]) -> Page:
        """The page that was asked for, or what the faults make of it."""
        spelling: str | None = None
        for fault in faults:
            if fault.ignore_page_size:
                size = _IGNORED_PAGE_SIZE
            if fault.clamp_page_size is not None:
                size = min(size, fault.clamp_page_size)
            if fault.repeat_first_page:
                number = 1
            spelling = fault.total_count or spelling
        return cls(number, size, any(fault.numbers_as_text for fault in faults), spelling)

    @property
    def offset(self) -> int:
        """How many rows stand before it."""
        return (self.number - 1) * self.size

    def total_count(self, total: int, spelling: str) -> bytes:
        """The TotalCount member as it goes on the wire (maybe nothing), spelled so unless a fault says how."""
        if self.total_spelling == "missing":
            return b""
        spelled = {
            "text": b'"%d"' % total,
            "number": b"%d" % total,
            "wrong": b'"%d"' % (total + 7),
            "empty": b'""',
            "abc": b'"abc"',
        }
        return b'"TotalCount":%s,' % spelled[self.total_spelling or spelling]


def list_jobs(store: Store, site_id: int, created: Span, page: Page, faults: list[Fault]) -> tuple[bytes, list[bytes]]:
    """The TotalCount member, a text as documented, and the serialised jobs."""
    total, jobs = store.window(site_id, created, page.offset, page.size)
    rows = [job.row_with_text_numbers if page.numbers_as_text else job.row for job in jobs]
    # The rows of this page are taken, so what moves now shows from the next page on.
    for fault in faults:
        if fault.shift == "insert":
            store.add(site_id)
        elif fault.shift == "delete":
            held = store.jobs(site_id)
            if held:
                store.delete(site_id, held[0].id)
    return page.total_count(total, "text"), rows


def list_sites(found: list[Site], store: Store, page: Page, faults: list[Fault]) -> tuple[bytes, list[bytes]]:
    """The TotalCount member, a number as documented, and the serialised sites."""
    listed = found[page.offset : page.offset + page.size]
    rows = [site.row(text_numbers=page.numbers_as_text) for site in listed]
    for fault in faults:
        if fault.shift == "insert":
            store.change_site(max(store.site_ids()) + 1, CreateTime="2099-01-01T00:00:00Z")
        elif fault.shift == "delete" and found:
            store.delete_site(int(str(found[0].fields["SiteId"])))
    return page.total_count(len(found), "number"), rows
