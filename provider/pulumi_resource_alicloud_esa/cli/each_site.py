"""The same work for many sites: several at a time, and what goes wrong with one hides nothing of the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from ..context import CallContext
from ..esa.errors import Cancelled, DeadlineExceeded
from ..esa.several import several
from .site_choice import ChosenSite

T = TypeVar("T")


@dataclass(frozen=True)
class OfSite(Generic[T]):
    """What the work made of one site, or why it could not."""

    site: ChosenSite
    result: T | None = None
    error: Exception | None = None


def each_site(
    sites: Sequence[ChosenSite], work: Callable[[ChosenSite, CallContext], T], context: CallContext
) -> list[OfSite[T]]:
    """What the work made of each site, in the order of the sites; progress counts the sites.

    An error is that of its site, also when the time is up; raises Cancelled, and what making the service raises.
    """
    # They are threads of their own: one that reads a site waits for its pages, which the service's threads fetch. The
    # requests of all sites pass one gate, which holds the bound.
    at_once = max(1, min(len(sites), context.service().lister.concurrency))
    silent = replace(context, progress=lambda done, total: None)

    def one(site: ChosenSite) -> OfSite[T]:
        try:
            return OfSite(site, work(site, silent))
        except Cancelled:
            raise
        except Exception as error:
            return OfSite(site, error=error)

    done: dict[ChosenSite, OfSite[T]] = {}
    late: DeadlineExceeded | None = None
    workers = ThreadPoolExecutor(at_once, thread_name_prefix="site")
    try:
        for site, outcome in several(workers, at_once, one, sites, context.deadline):
            done[site] = outcome
            context.progress(len(done), len(sites))
    except DeadlineExceeded as error:
        late = error
    finally:
        workers.shutdown(wait=False, cancel_futures=True)
    return [done.get(site) or OfSite(site, error=late) for site in sites]
