"""`alicloud-esa drift record`."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from ..drift.record import read_ignored
from ..drift.text import number
from ..esa.errors import Cancelled, Fault, InvalidInput
from ..esa.inputs import Inputs
from ..esa.printable import printable
from ..esa.query import read_query_from
from . import say
from .baseline import Baseline, BaselineError
from .baseline_files import BaselineFile, empty_folders, find_baselines, is_folder, new_file, too_many
from .exit_codes import COULD_NOT_TELL
from .faults import error_lines, is_defect, option_of
from .files import NO_PATH, STDOUT, PipeClosed, open_descriptor, place_of, unwritable, write_file, write_stdout
from .json_text import harmless_json
from .recording import Question, Recording, record
from .session import Session, read_all
from .site_choice import ChosenSites, SiteChoice


@dataclass(frozen=True)
class Request:
    """What to record, and where to."""

    site: SiteChoice
    outputs: Sequence[str]
    ignore_none: bool = False
    executions: bool = False
    again: bool = False
    force: bool = False

    @property
    def several(self) -> bool:
        """Whether it goes to a folder with a file for each site, or to several files."""
        return len(self.outputs) > 1 or is_folder(self.outputs[0]) or self.site.several


def run(request: Request, connection: Mapping[str, Any]) -> int:
    """Write the baselines of what is there now; what cannot be recorded of one site hides no other."""
    values = request.site.values

    def read(inputs: Inputs) -> tuple[str, ...]:
        ignored: tuple[str, ...] = ()
        if request.again:
            inputs.faults += _not_again(request, inputs)
        else:
            read_query_from(inputs, paged=False)
            ignored = read_ignored(inputs)
            if request.site.several and "ids" in values:
                inputs.fault("ids", "names a job of one site; give one site, or leave it out")
        if request.ignore_none and "ignoreFields" in values:
            inputs.faults.append(Fault("--ignore-none", "contradicts --ignore-field; give one of them"))
        inputs.faults += [Fault("--output", reason) for path in request.outputs if (reason := _no_place(request, path))]
        return () if request.ignore_none else ignored

    ignored, settings = read_all(request.site, connection, read)
    with closing(Session(settings)) as session:
        if request.again:
            recordings = [Recording(file, "") for file in find_baselines(request.outputs)]
            empty = empty_folders(request.outputs).items()
            recordings += [Recording(BaselineFile(path, ""), "", error=error) for path, error in empty]
        else:
            asked = {name: value for name, value in values.items() if name not in ("siteId", "ignoreFields")}
            recordings = _recordings(request, Question(asked, ignored, request.executions), session)
        return _record_all(request, recordings, session)


def _not_again(request: Request, inputs: Inputs) -> list[Fault]:
    """What contradicts --again, which asks what the files ask."""
    flags = {"--ignore-none": request.ignore_none, "--executions": request.executions}
    names = [*(option_of(name) for name in request.site.values), *(name for name, given in flags.items() if given)]
    if request.site.given and request.site.option not in request.site.values:
        names.append(option_of(request.site.option))
    for name in request.site.values:
        inputs.get(name)
    if not names:
        return []
    reason = f"takes everything from {', '.join(request.outputs)}; leave out {', '.join(names)}"
    return [Fault("--again", reason)]


def _no_place(request: Request, output: str) -> str | None:
    """Why nothing can be written there, found before anything is sent."""
    if _is_stdout(output):
        return "stdout takes one site; give a folder" if request.several else None
    if request.again:
        return None if output else NO_PATH
    if len(request.outputs) > 1:
        return "only --again takes several; give one file or folder"
    if not request.several or not output:
        return unwritable(output)
    if os.path.exists(output) and not os.path.isdir(output):
        return f"{output} is a file; of several sites give a folder"
    return unwritable(output.rstrip(os.sep)) if not os.path.isdir(output) else None


def _is_stdout(output: str) -> bool:
    return output == STDOUT or place_of(output) == STDOUT


def _recordings(request: Request, question: Question, session: Session) -> list[Recording]:
    """One a site; of a folder the file that the site has there already, whatever its name is now."""
    (output,) = request.outputs
    chosen = session.call("sites", request.site.find)
    if not request.several:
        if chosen.faults:
            raise InvalidInput(chosen.faults.values())
        path = STDOUT if _is_stdout(output) else output
        return [Recording(BaselineFile(path, ""), chosen.sites[0].id, question, request.force)]
    there: dict[str, list[BaselineFile]] = {}
    for file in find_baselines([output]) if os.path.isdir(output) else []:
        there.setdefault(file.site_id, []).append(file)
    of_chosen = {file.path: site.id for site in chosen.sites for file in there.get(site.id, ())}
    found = []
    for site in sorted(chosen.sites, key=lambda site: (site.name or "", site.id)):
        files = there.get(site.id) or [BaselineFile(new_file(output, site.id, site.name), "")]
        error = too_many(files)
        if (other := of_chosen.get(files[0].path, site.id)) != site.id:
            # One of both would be lost, even where a file may be taken by force.
            error = BaselineError(f"{files[0].path}: holds site {other}, which is recorded there too; rename the file")
        found.append(Recording(files[0], site.id, question, request.force, site.name or "", error))
    _say_of_others(request, there, chosen)
    no_file = BaselineFile("", "")
    return [
        *found,
        *(Recording(no_file, "", question, error=InvalidInput([fault])) for fault in chosen.faults.values()),
    ]


def _say_of_others(request: Request, there: Mapping[str, Sequence[BaselineFile]], chosen: ChosenSites) -> None:
    known = {*(site.id for site in chosen.sites), *chosen.others}
    for site_id, files in there.items() if request.site.all_sites else ():
        if site_id and site_id not in known:
            say.note(f"{files[0].path}: the account has no site {site_id}; left as it is")


def _record_all(request: Request, recordings: Sequence[Recording], session: Session) -> int:
    one = recordings[0]
    subject = number(len(recordings), "site") if request.several else f"site {one.site_id or one.file.site_id}"
    lines: dict[int, list[str]] = {}
    failed = 0
    try:
        for (index, one), result in session.each(
            subject, [*enumerate(recordings)], lambda one, context: record(one[1], context)
        ):
            try:
                lines[index] = _write(request, one.file.path, *result())
            except (Cancelled, PipeClosed):
                raise
            except Exception as error:
                if not request.several:
                    raise
                failed += 1
                _say_failed(one, error)
    finally:
        # Also where it is interrupted: each file that is named is whole.
        for index in sorted(lines):
            for line in lines[index]:
                say.note(line)
        if request.several:
            of_all = f" of {len(recordings)}" if len(lines) < len(recordings) else ""
            say.note(f"{len(lines)}{of_all} sites recorded in {', '.join(request.outputs)}")
    return COULD_NOT_TELL if failed else 0


def _say_failed(recording: Recording, error: Exception) -> None:
    if is_defect(error):
        say.traceback_of(error)
    site_id = recording.site_id or recording.file.site_id
    named = f"{site_id} ({printable(recording.name)})" if recording.name else site_id
    for line in error_lines(error):
        say.error(f"site {named}: {line}" if named else line)


def _write(request: Request, path: str, baseline: Baseline, accepted: Sequence[str] | None) -> list[str]:
    """What to say of a baseline, which is written by then."""
    text = baseline.text()
    if path == STDOUT:
        write_stdout(harmless_json(text))
        return []
    if request.several and not request.again:
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    # Another file descriptor may also lead to a pipeline's log.
    write_file(path, text if open_descriptor(path) is None else harmless_json(text))
    executions = " with executions" if baseline.has_executions else ""
    what = f"site {baseline.site_id}: {number(len(baseline.jobs), 'job')}{executions} recorded in {path}"
    if accepted is None or accepted:
        return [what, *(accepted or ())]
    return [] if request.several else [what, "nothing had changed"]
