"""What a check is about, a target a site: the baselines that are given, held against the sites that were asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ..esa.errors import Cancelled, Fault, InvalidInput
from ..esa.inputs import shown
from .baseline import BaselineError
from .baseline_files import BaselineFile, empty_folders, is_folder, too_many
from .session import Session
from .site_choice import ChosenSites, SiteChoice


@dataclass(frozen=True)
class Target:
    """One site to check: its baseline's file, or why there is nothing to check it by."""

    site_id: str
    file: BaselineFile | None = None
    error: Exception | None = None
    name: str = ""
    """The site's name where that was looked up, or another word for what has no site id."""


def find_targets(
    given: Sequence[str], files: Sequence[BaselineFile], site: SiteChoice, session: Session
) -> list[Target]:
    """One a site, and one for whatever was asked for and is not there: each is told of, and hides no other."""
    if not site.given:
        empty = empty_folders(given)
        return [*_by_site(files), *(Target("", error=error, name=path) for path, error in empty.items())]
    one = files[0] if len(given) == 1 and not is_folder(given[0]) and not site.several else None
    try:
        chosen = session.call("sites", site.find)
    except Cancelled:
        raise
    except Exception as error:
        if one:
            return [Target(one.site_id, one, error)]
        # The baselines of all sites are known without the list; which ones have a name is not.
        rest = _by_site(files) if site.all_sites and site.name_regex is None else []
        return [Target("", error=error, name=site.label), *rest]
    return [_only(one, chosen, site)] if one else _several(given, files, chosen, site)


def another_site(site_id: str, site: SiteChoice, file: BaselineFile) -> InvalidInput:
    """Why one baseline is none of the one site that was asked for."""
    named = f"{shown(site.names[0])}, {site_id}," if site.names else shown(site_id)
    reason = f"{named} is not the site of {file.path}, which is {file.site_id}; leave it out"
    return site.of_option(InvalidInput([Fault("siteId", reason)]))


def _only(file: BaselineFile, chosen: ChosenSites, site: SiteChoice) -> Target:
    if chosen.faults:
        return Target(file.site_id, file, InvalidInput(chosen.faults.values()))
    (found,) = chosen.sites
    wrong = file.site_id not in ("", found.id)
    return Target(file.site_id or found.id, file, another_site(found.id, site, file) if wrong else None)


def _several(
    given: Sequence[str], files: Sequence[BaselineFile], chosen: ChosenSites, site: SiteChoice
) -> list[Target]:
    names = {one.id: one.name or "" for one in chosen.sites}
    if site.all_sites:
        # The service lists the newest first; a report reads better by name.
        names = dict(sorted(names.items(), key=lambda one: (one[1], one[0])))
    targets = {target.site_id: target for target in _by_site(file for file in files if file.site_id)}
    of_chosen = [
        replace(targets[site_id], name=name) if site_id in targets else _without(given, site_id, name)
        for site_id, name in names.items()
    ]
    # A baseline of a site that the account no longer has is told of as well: its jobs are gone with it.
    gone = [one for one in targets.values() if site.all_sites and one.site_id not in {*names, *chosen.others}]
    unknown = _by_site(file for file in files if not file.site_id)
    missing = [Target("", error=InvalidInput([fault]), name=f"site {name}") for name, fault in chosen.faults.items()]
    return [*of_chosen, *gone, *unknown, *missing]


def _by_site(files: Iterable[BaselineFile]) -> list[Target]:
    together: dict[str, list[BaselineFile]] = {}
    for file in files:
        # A file whose site cannot be told is none of any other's.
        together.setdefault(file.site_id or file.path, []).append(file)
    return [Target(of_one[0].site_id, of_one[0], too_many(of_one)) for of_one in together.values()]


def _without(given: Sequence[str], site_id: str, name: str) -> Target:
    where, into = ", ".join(given), next(filter(is_folder, given), "FILE")
    record = f"`alicloud-esa drift record --executions --site-id {site_id} -o {into}` makes one"
    return Target(site_id, error=BaselineError(f"no baseline of it is in {where}; {record}"), name=name)
