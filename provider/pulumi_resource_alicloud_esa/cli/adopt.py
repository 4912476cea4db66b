"""Import files: what turns a job that nobody's program knows into a managed one, for Pulumi and for terraform."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count

from ..esa.printable import printable, without_commands
from .json_text import json_output

_NO_NAME = re.compile(r"[^a-z0-9]+")
_LONGEST = 60
_PULUMI = {
    "job": "alicloud:esa/scheduledPreloadJob:ScheduledPreloadJob",
    "execution": "alicloud:esa/scheduledPreloadExecution:ScheduledPreloadExecution",
}
_TERRAFORM = {
    "job": "alicloud_esa_scheduled_preload_job",
    "execution": "alicloud_esa_scheduled_preload_execution",
}
_HCL = {"\\": "\\\\", '"': '\\"'}
_TEMPLATE = re.compile(r"[$%](?=\{)")


@dataclass(frozen=True)
class Found:
    """A job to adopt, with the ids of its executions where they are adopted too.

    `site` is what its site is called, where there are jobs of several.
    """

    site_id: str
    job_id: str
    name: str
    executions: Sequence[str] = ()
    site: str = ""


@dataclass(frozen=True)
class _Resource:
    kind: str
    name: str
    id: str
    called: str


def pulumi_import(jobs: Sequence[Found]) -> str:
    """What `pulumi import --file` reads."""
    resources = [{"type": _PULUMI[one.kind], "name": one.name, "id": one.id} for one in _resources(jobs)]
    return json_output({"resources": resources})


def terraform_import(jobs: Sequence[Found]) -> str:
    """Import blocks, for `terraform plan -generate-config-out=FILE`."""
    blocks = [
        f"# {one.called}\nimport {{\n  to = {_TERRAFORM[one.kind]}.{one.name}\n  id = {_hcl(one.id)}\n}}\n"
        for one in _resources(jobs)
    ]
    return "\n".join(blocks)


FORMATS: Mapping[str, Callable[[Sequence[Found]], str]] = {
    "pulumi-import": pulumi_import,
    "terraform-import": terraform_import,
}


def format_of(file: str) -> str:
    """The format that a file's name asks for."""
    return "terraform-import" if file.endswith(".tf") else "pulumi-import"


def _resources(jobs: Sequence[Found]) -> Iterator[_Resource]:
    for job, name in zip(jobs, _names(jobs), strict=True):
        called = f"job {printable(job.name)} ({printable(job.job_id)})" if job.name else f"job {printable(job.job_id)}"
        called += f" of site {printable(job.site)}" if job.site else ""
        yield _Resource("job", name, f"{job.site_id}:{job.job_id}", called)
        for number, execution in enumerate(job.executions, 1):
            # Two blanks of a name become one `_`, so no job's name has `__` in it.
            yield _Resource(
                "execution",
                f"{name}__{number}",
                f"{job.job_id}:{execution}",
                f"execution {printable(execution)} of {called}",
            )


def _names(jobs: Sequence[Found]) -> list[str]:
    """A valid name for each job, no two alike: the job's own, where several have it with their site, then their id."""
    own = [_word(job.name) for job in jobs]
    alone = {word for word, count in Counter(own).items() if word and count == 1}
    wanted = own
    for more in ([job.site for job in jobs], [job.job_id for job in jobs]):
        times = Counter(wanted)
        wanted = [
            word if first in alone or (first and times[word] == 1) else f"{word or 'job'}_{_plain(text)}".rstrip("_")
            for first, word, text in zip(own, wanted, more, strict=True)
        ]
    names: list[str] = []
    taken = set(alone)
    for first, word in zip(own, wanted, strict=True):
        free = (one for one in chain([word], (f"{word}_{number}" for number in count(2))) if one not in taken)
        name = word if first in alone else next(free)
        taken.add(name)
        names.append(name)
    return names


def _word(text: str) -> str:
    """Small letters, digits and `_`, a letter first: a name in every language that either tool writes."""
    word = _plain(text)
    return f"job_{word}" if word[:1].isdigit() else word


def _plain(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text[: _LONGEST * 4])
    plain = "".join(character for character in plain if not unicodedata.combining(character)).lower()
    return _NO_NAME.sub("_", plain)[:_LONGEST].strip("_")


def _hcl(text: str) -> str:
    """A string of HCL that is this text and nothing else: no template, no line of its own."""
    shown = "".join(_HCL.get(one) or (one if one.isprintable() else _escape(one)) for one in text)
    shown = _TEMPLATE.sub(lambda found: _escape(found[0]), shown)
    return f'"{without_commands(shown, _escape)}"'


def _escape(character: str) -> str:
    return f"\\u{ord(character):04x}" if ord(character) < 0x10000 else f"\\U{ord(character):08x}"
