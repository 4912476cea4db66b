"""One page of the list, true or with the lies about pages that the faults ask for."""

from __future__ import annotations

from emulator.faults import Fault
from emulator.store import Span, Store

_IGNORED_PAGE_SIZE = 20


def list_rows(
    store: Store,
    site_id: int,
    created: Span,
    page: int,
    size: int,
    faults: list[Fault],
) -> tuple[bytes, list[bytes]]:
    """The TotalCount member as it goes on the wire (maybe nothing), and the serialised rows."""
    as_text = False
    spelling: str | None = None
    for fault in faults:
        if fault.ignore_page_size:
            size = _IGNORED_PAGE_SIZE
        if fault.clamp_page_size is not None:
            size = min(size, fault.clamp_page_size)
        if fault.repeat_first_page:
            page = 1
        as_text = as_text or fault.numbers_as_text
        spelling = fault.total_count or spelling
    total, jobs = store.window(site_id, created, (page - 1) * size, size)
    rows = [job.row_with_text_numbers if as_text else job.row for job in jobs]
    # The rows of this page are taken, so what moves now shows from the next page on.
    _shift(store, site_id, faults)
    return _total_count(total, spelling), rows


def _total_count(total: int, spelling: str | None) -> bytes:
    if spelling == "missing":
        return b""
    spelled = {"number": b"%d" % total, "wrong": b'"%d"' % (total + 7), "empty": b'""', "abc": b'"abc"'}
    return b'"TotalCount":%s,' % spelled.get(spelling or "text", b'"%d"' % total)


def _shift(store: Store, site_id: int, faults: list[Fault]) -> None:
    for fault in faults:
        if fault.shift == "insert":
            store.add(site_id)
        elif fault.shift == "delete":
            jobs = store.jobs(site_id)
            if jobs:
                store.delete(site_id, jobs[0].id)
