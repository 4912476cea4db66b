"""The sites and their jobs: what the emulator lists, and what a test or a person changes meanwhile."""

from __future__ import annotations

import random
import threading
import time
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator

from emulator import seed, sites
from emulator.errors import ApiError
from emulator.executions import Executions
from emulator.jobs import Job, check_fields
from emulator.sites import Fields, Site, Span, further_site, seeded_sites, site_fields


class Store:
    """Site id to jobs; every method may be called from any thread while the server runs."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self.lock = threading.RLock()
        self._sites: dict[int, Site] = {}
        self.executions = Executions(self)
        self._made = 0
        self.reset()

    def reset(self) -> None:
        """Back to the seed."""
        with self.lock:
            self.executions.clear()
            self._made = 0
            self._sites = seeded_sites()

    def now_ms(self) -> int:
        """The server's clock, in milliseconds since the epoch."""
        return int(self._clock() * 1000)

    def site_ids(self) -> list[int]:
        """The sites there are, the caller's own and the foreign one."""
        with self.lock:
            return list(self._sites)

    def jobs(self, site_id: int) -> list[Job]:
        """A copy of a site's jobs in the order of the list; KeyError if there is no such site."""
        with self.lock:
            return list(self._sites[site_id].jobs)

    def job(self, site_id: int, job_id: str) -> Job:
        """One job; KeyError if the site does not have it."""
        with self.lock:
            jobs = self._sites[site_id].jobs
            return jobs[_index(jobs, job_id)]

    def set_jobs(self, site_id: int, jobs: Iterable[Job], *, foreign: bool = False) -> None:
        """Makes a site, or replaces its jobs, in the order given."""
        with self.lock:
            site = self._site(site_id)
            for job in site.jobs:
                self.executions.forget(job.id)
            site.edit()[:] = jobs
            site.foreign = foreign

    def generate(self, site_id: int, count: int) -> None:
        """Makes a site with this many jobs, the same ones each time, with their rows ready to send."""
        jobs = seed.generated_jobs(site_id, count)
        for job in jobs:
            _ = job.row
        self.set_jobs(site_id, jobs)

    def add(self, site_id: int, /, **fields: object) -> Job:
        """Adds a job with these fields, the rest made up, where its CreatedAt puts it; may make the site."""
        check_fields(fields)
        with self.lock:
            self._made += 1
            job = seed.new_job(site_id, self._made).with_changes({**fields, "SiteId": site_id})
            jobs = self._site(site_id).edit()
            if any(other.id == job.id for other in jobs):
                raise ValueError(f"site {site_id} already has a job {job.id}")
            jobs.insert(bisect_left(jobs, -job.created_ms, key=lambda other: -other.created_ms), job)
            return job

    def change(self, site_id: int, job_id: str, /, **fields: object) -> Job:
        """Replaces fields of a job where it stands (None removes one); KeyError if it is not there."""
        check_fields(fields)
        if {"Id", "SiteId"}.intersection(fields):
            raise ValueError("Id and SiteId cannot be changed")
        with self.lock:
            jobs = self._sites[site_id].edit()
            index = _index(jobs, job_id)
            # Made before the change, so that a new ExecutionCount only changes the counter, not the executions.
            self.executions.of_job(jobs[index])
            jobs[index] = jobs[index].with_changes(fields)
            return jobs[index]

    def delete(self, site_id: int, job_id: str) -> Job:
        """Removes a job with its executions and returns it; KeyError if it is not there."""
        with self.lock:
            jobs = self._sites[site_id].edit()
            self.executions.forget(job_id)
            return jobs.pop(_index(jobs, job_id))

    def shuffle(self, site_id: int, random_seed: int = 0) -> None:
        """Puts a site's jobs in another order, the same one for the same seed."""
        with self.lock:
            random.Random(random_seed).shuffle(self._sites[site_id].edit())  # noqa: S311 - repeatable, not secret

    def own(self, site_id: int) -> Site:
        """The site; ApiError unless the caller owns it.

        What the service says of a site that exists nowhere is not documented; here it is refused like a
        foreign one, so that a mistyped id never passes for an empty site.
        """
        site = self._sites.get(site_id)
        if site is None or site.foreign:
            raise ApiError("InvalidUid.PermissionDenied")
        return site

    def window(self, site_id: int, created: Span, offset: int, size: int) -> tuple[int, list[Job]]:
        """How many jobs of the caller's site were created in a span of milliseconds, and one slice of them."""
        with self.lock:
            jobs = self.own(site_id).created_within(created)
            return len(jobs), jobs[offset : offset + size]

    def sites(self, wanted: Callable[[Fields], bool] = lambda fields: True) -> list[Site]:
        """The caller's sites that match the filter, newest first."""
        with self.lock:
            own = (site for site in self._sites.values() if not site.foreign and wanted(site.fields))
            return sorted(own, key=lambda site: (str(site.fields.get("CreateTime", "")), site.fields["SiteId"]))[::-1]

    def add_sites(self, count: int, jobs: int = 45) -> list[int]:
        """Makes so many further sites with that many jobs each, and returns their ids."""
        with self.lock:
            made = [further_site(number, jobs) for number in range(1, count + 1)]
            self._sites.update(made)
            return [site_id for site_id, _ in made]

    def change_site(self, site_id: int, /, **fields: object) -> Fields:
        """Replaces fields of a site (None removes one); makes the site if it is not there."""
        sites.check_fields(fields)
        with self.lock:
            site = self._site(site_id)
            site.fields = {name: value for name, value in {**site.fields, **fields}.items() if value is not None}
            return dict(site.fields)

    def delete_site(self, site_id: int) -> int:
        """Removes a site with all that is in it, and returns its id; KeyError if it is not there."""
        with self.lock:
            for job in self._sites.pop(site_id).jobs:
                self.executions.forget(job.id)
            return site_id

    def _site(self, site_id: int) -> Site:
        if site_id not in self._sites:
            self._sites[site_id] = Site(site_fields(site_id, 1000 + len(self._sites)))
        return self._sites[site_id]

    def find(self, job_id: str) -> Job:
        """The job with this id on any of the caller's sites; ApiError if there is none."""
        with self.lock:
            for site in self._sites.values():
                job = site.job(job_id)
                if job is not None:
                    if site.foreign:
                        raise ApiError("InvalidUid.PermissionDenied")
                    return job
        raise ApiError("InvalidJob.NotFound")

    def recount(self, job_id: str, count: int) -> None:
        """Updates the ExecutionCount of every job with this id."""
        with self.lock:
            for site in self._sites.values():
                if site.job(job_id) is not None:
                    jobs = site.edit()
                    index = _index(jobs, job_id)
                    jobs[index] = jobs[index].with_changes({"ExecutionCount": count})

    def each_job(self) -> Iterator[Job]:
        """Every job of every site."""
        for site in list(self._sites.values()):
            yield from list(site.jobs)


def _index(jobs: list[Job], job_id: str) -> int:
    for index, job in enumerate(jobs):
        if job.id == job_id:
            return index
    raise KeyError(job_id)
