"""The tools that pack: the same contents give the same bytes, and the glibc that is printed is the highest needed."""

from __future__ import annotations

import os
import tarfile
from pathlib import Path
from types import ModuleType

import pytest

from tests.support.engine import ROOT


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the tools, whose modules import each other by name."""
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    return ROOT / "tools"


@pytest.fixture
def archive(tool: Path) -> ModuleType:
    import archive

    return archive


@pytest.fixture
def glibc(tool: Path) -> ModuleType:
    import glibc

    return glibc


def fill(folder: Path, time: int) -> Path:
    """A folder made at that time."""
    (folder / "inside").mkdir(parents=True)
    for name in ("z", "a", "inside/b"):
        (folder / name).write_text(name)
        os.utime(folder / name, (time, time))
    (folder / "z").chmod(0o755)
    (folder / "link").symlink_to("a")
    return folder


def test_an_archive_depends_on_its_contents_only(archive: ModuleType, tmp_path: Path) -> None:
    for number, time in enumerate((1_000_000_000, 1_700_000_000)):
        archive.pack(fill(tmp_path / f"folder{number}", time), tmp_path / f"{number}.tar.gz", 1_600_000_000)
    first, second = ((tmp_path / f"{number}.tar.gz").read_bytes() for number in range(2))
    assert first == second
    # The time in gzip's own header, where the clock would stand.
    assert int.from_bytes(first[4:8], "little") == 1_600_000_000
    with tarfile.open(tmp_path / "0.tar.gz") as packed:
        assert packed.getnames() == ["a", "inside", "inside/b", "link", "z"]
        assert packed.getmember("z").mode & 0o111
        assert {member.mtime for member in packed} == {1_600_000_000}
        assert packed.getmember("link").issym()


def test_packing_anew_takes_the_clock_out(archive: ModuleType, tmp_path: Path) -> None:
    for number, time in enumerate((1_000_000_000, 1_700_000_000)):
        with tarfile.open(tmp_path / f"{number}.tar.gz", "w:gz") as target:
            target.add(fill(tmp_path / f"folder{number}", time), "")
        archive.repack(tmp_path / f"{number}.tar.gz", 1_600_000_000)
    assert (tmp_path / "0.tar.gz").read_bytes() == (tmp_path / "1.tar.gz").read_bytes()


def test_the_highest_glibc_of_all_libraries_is_found(glibc: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "a.so").write_bytes(b"\x7fELF\0GLIBC_2.3.4\0GLIBC_2.17\0GLIBC_PRIVATE\0")
    (tmp_path / "lib" / "b.so").write_bytes(b"\x7fELF\0GLIBC_2.4\0GLIBC_2.28\0")
    assert glibc.newest_needed(tmp_path) == "2.28"


def test_what_is_no_library_needs_no_glibc(glibc: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_bytes(b"\0GLIBC_2.99\0")
    assert glibc.newest_needed(tmp_path) is None
