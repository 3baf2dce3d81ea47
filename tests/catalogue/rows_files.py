"""Rows 2 to 60: files and YAML."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from acceptance.desk import Desk, Ran
from catalogue.rows import Arrange, FileCase, Row, RunCase

from reconciler.desired.reading import read_bytes

A, B = "roles/a.yaml", "roles/b.yaml"
HEAD = "name: Night Desk\ndescription: Answers what comes in after hours\n"
GOOD = HEAD + "permissions:\n  notes: view\n"
CANARY = "words of a file that nobody may open"
MARKS = "\u0301" * 30
ZERO_WIDTH = (0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x00AD, 0x034F)
BLANKS = (0x3164, 0x115F, 0x1160, 0xFFA0, 0x2800, 0xE0041, 0xFE0F)
CONTROLS = {"nul": r"\0", "escape": r"\e[31m", "c1": r"\x9b"}


def yaml(row: int, slug: str, code: str, text: str | bytes, *says: str) -> FileCase:
    """Give the case of one bad file beside the good ones."""
    return FileCase(row=row, slug=slug, exit=3, code=code, files={A: text}, says=says)


def named(row: int, slug: str, code: str, name: str, *says: str) -> FileCase:
    """Give the case of a file whose role has a bad name, written as YAML."""
    return yaml(row, slug, code, GOOD.replace("Night Desk", name), *says)


def two(row: int, slug: str, code: str, first: str, second: str) -> FileCase:
    """Give the case of two files whose roles have names that do not go together; both files are named."""
    files = {A: GOOD.replace("Night Desk", first), B: GOOD.replace("Night Desk", second)}
    return FileCase(row=row, slug=slug, exit=3, code=code, files=files, says=(A, B))


def thing(row: int, slug: str, code: str, path: str, *says: str, text: str = GOOD) -> FileCase:
    """Give the case of a file in a place or with a name where none should be."""
    return FileCase(row=row, slug=slug, exit=3, code=code, files={path: text}, says=says)


def made(row: int, slug: str, code: str, arrange: Arrange, *says: str, alone: bool = False) -> FileCase:
    """Give the case of something that is no file."""
    return FileCase(row=row, slug=slug, exit=3, code=code, arrange=arrange, says=says, alone=alone)


def _pipe(desk: Desk, _: pytest.MonkeyPatch) -> None:
    os.mkfifo(desk.folder / A)


def _socket(desk: Desk, patch: pytest.MonkeyPatch) -> None:
    patch.chdir(desk.folder / "roles")  # the name of a socket must be short
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("a.yaml")
    patch.chdir(desk.folder)


def _device(desk: Desk, _: pytest.MonkeyPatch) -> None:
    (desk.folder / A).symlink_to("/dev/zero")


def _circle(desk: Desk, _: pytest.MonkeyPatch) -> None:
    (desk.folder / "roles" / "round").symlink_to("..")


def _submodule(desk: Desk, _: pytest.MonkeyPatch) -> None:
    desk.write("roles/module/.git", "gitdir: ../../.git/modules/module\n")


def _roles_linked(desk: Desk, _: pytest.MonkeyPatch) -> None:
    (desk.folder / "roles").rename(desk.folder / "elsewhere")
    (desk.folder / "roles").symlink_to("elsewhere")


def _parent_linked_outwards(desk: Desk, _: pytest.MonkeyPatch) -> None:
    outside = desk.folder.parent / f"outside-{desk.folder.name}"
    shutil.copytree(desk.folder / "roles", outside / "roles")
    (desk.folder / "linked").symlink_to(outside)
    desk.replace("reconciler.yaml", "roles: roles/", "roles: linked/roles/")


def _read_instead(desk: Desk, patch: pytest.MonkeyPatch, meddle: Callable[[Path], None]) -> None:
    """Let something happen to the file between the listing and the reading of it; afterwards it is whole again."""
    path = desk.folder / A

    def read(name: str) -> bytes:
        if not name.endswith(A):
            return read_bytes(name)
        path.unlink()
        meddle(path)
        try:
            return read_bytes(name)
        finally:
            path.unlink(missing_ok=True)
            path.write_text(GOOD, encoding="utf-8")

    path.write_text(GOOD, encoding="utf-8")
    patch.setattr("reconciler.desired.files.read_bytes", read)


def _vanishes(desk: Desk, patch: pytest.MonkeyPatch) -> None:
    _read_instead(desk, patch, lambda _: None)


def _becomes_a_pipe(desk: Desk, patch: pytest.MonkeyPatch) -> None:
    _read_instead(desk, patch, os.mkfifo)


def _many(desk: Desk, patch: pytest.MonkeyPatch) -> None:
    """Lower the bound: 20,000 files of the disk would prove nothing more."""
    patch.setattr("reconciler.desired.files.MOST_FILES", 12)
    for number in range(20):
        desk.write(f"roles/night-{number}.yaml", GOOD.replace("Night Desk", f"Night Desk {number}"))


def _settings(before: str, after: str) -> Arrange:
    return lambda desk, _: desk.replace("reconciler.yaml", before, after)


def _no_roles(desk: Desk, _: pytest.MonkeyPatch) -> None:
    shutil.rmtree(desk.folder / "roles")


def _empty_roles(desk: Desk, _: pytest.MonkeyPatch) -> None:
    shutil.rmtree(desk.folder / "roles")
    (desk.folder / "roles").mkdir()


TEXTS: tuple[FileCase, ...] = (
    yaml(2, "key-twice-in-a-nested-map", "yaml.duplicate-key", GOOD + "  notes: all\n", "4:3 and at 5:3", f"{A}:5:3"),
    yaml(2, "key-twice-in-braces", "yaml.duplicate-key", HEAD + "permissions: {notes: view, notes: all}\n", "3:15 and"),
    yaml(2, "key-twice-after-quoting", "yaml.duplicate-key", GOOD + '  "notes": all\n', "4:3 and at 5:3"),
    yaml(3, "numbers-as-keys", "yaml.key", GOOD + "1: a\n0x1: b\n", "plain text"),
    yaml(3, "yes-and-true-as-keys", "yaml.key", GOOD + "yes: a\ntrue: b\n", "plain text"),
    yaml(5, "merge-key-without-an-alias", "yaml.alias", GOOD + "  <<: {teams: view}\n", "<<"),
    yaml(6, "anchor-never-used", "yaml.alias", HEAD + "permissions: &all\n  notes: view\n"),
    yaml(8, "alias-to-itself", "yaml.alias", HEAD + "permissions: &x\n  notes: [*x]\n"),
    yaml(9, "alias-without-an-anchor", "yaml.alias", HEAD + "permissions:\n  notes: *x\n"),
    *(
        yaml(11, f"tag-{tag}", "yaml.tag", HEAD + f"permissions:\n  notes: !!{tag} {value}\n", f"{A}:4:10")
        for tag, value in {
            "binary": "dmlldw==",
            "set": "{view}",
            "omap": "[view: on]",
            "timestamp": "2026-01-01",
            "float": "1",
            "str": "view",
        }.items()
    ),
    FileCase(
        row=12,
        slug="tag-that-includes-a-file",
        exit=3,
        code="yaml.tag",
        files={A: HEAD + "permissions: !include ../canary.txt\n", "canary.txt": CANARY},
        keeps_quiet=(CANARY,),
    ),
    yaml(14, "two-documents", "yaml.multi-document", f"{GOOD}---\n{GOOD}", f"{A}:5:1", "one document"),
    yaml(14, "second-document-empty", "yaml.multi-document", f"{GOOD}---\n", f"{A}:5:1"),
    yaml(15, "content-after-the-end", "yaml.syntax", f"{GOOD}...\nmore: 1\n"),
    yaml(17, "list-at-the-top", "schema.type", f"- {GOOD.splitlines()[0]}\n"),
    yaml(17, "scalar-at-the-top", "schema.type", "Night Desk\n"),
    *(
        yaml(21, f"{slug}-for-a-name", "yaml.null", GOOD.replace("Night Desk", value).replace(": \n", ":\n"), "name")
        for slug, value in {"tilde": "~", "null": "null", "nothing": ""}.items()
    ),
    *(
        yaml(21, f"{slug}-for-a-category", "yaml.null", HEAD + f"permissions:\n  notes:{value}\n", "nothing is changed")
        for slug, value in {"tilde": " ~", "null": " null", "nothing": ""}.items()
    ),
    yaml(24, "tab-as-indentation", "yaml.tab", HEAD + "permissions:\n\tnotes: view\n", f"{A}:4:1"),
    yaml(26, "cut-in-the-middle", "yaml.syntax", GOOD[: GOOD.index("missions") + 2]),
    yaml(27, "500-brackets", "yaml.depth", HEAD + f"permissions: {'[' * 500}\n", "deeper than 16"),
    yaml(27, "100000-brackets", "yaml.depth", HEAD + f"permissions: {'[' * 100_000}\n", "deeper than 16"),
    yaml(29, "100000-items", "yaml.nodes", HEAD + f"permissions: [{'1,' * 100_000}]\n", "more than 20000"),
    yaml(29, "a-mebibyte", "yaml.size", GOOD + "#" * 1024 * 1024, "256 KiB"),
    yaml(32, "byte-order-mark", "file.encoding", b"\xef\xbb\xbf" + GOOD.encode(), "byte order mark"),
    yaml(33, "utf-16-le", "file.encoding", b"\xff\xfe" + GOOD.encode("utf-16-le"), "UTF-8"),
    yaml(33, "utf-16-be", "file.encoding", b"\xfe\xff" + GOOD.encode("utf-16-be"), "UTF-8"),
    yaml(33, "utf-32-le", "file.encoding", b"\xff\xfe\0\0" + GOOD.encode("utf-32-le"), "UTF-8"),
    yaml(33, "utf-32-be", "file.encoding", b"\0\0\xfe\xff" + GOOD.encode("utf-32-be"), "UTF-8"),
    yaml(33, "latin-1", "file.encoding", GOOD.replace("Desk", "D\xe9sk").encode("latin-1"), "UTF-8"),
    yaml(35, "raw-nul", "text.control", GOOD.replace("Desk", "De\0sk"), "U+0000"),
    *(named(35, f"escaped-{slug}", "text.control", f'"Night {text}Desk"') for slug, text in CONTROLS.items()),
    named(35, "half-a-character", "yaml.syntax", r'"Night \ud800Desk"'),
    *(
        yaml(36, slug, "text.newline", GOOD.replace("\n", end))
        for slug, end in {"lone-cr": "\r", "next-line": "\x85", "line-separator": "\u2028"}.items()
    ),
    *(named(38, f"u{code:04x}", "text.invisible", f"Night{chr(code)} Desk", f"U+{code:04X}") for code in ZERO_WIDTH),
    *(named(39, f"u{code:04x}", "text.invisible", f"Night{chr(code)} Desk", f"U+{code:04X}") for code in BLANKS),
    two(41, "whole-script-look-alike", "role.confusable-name", "Copy Desk", "\u0421\u043e\u0440\u0443 Desk"),
    two(42, "equal-after-nfc", "role.confusable-name", "Caf\u00e9 Desk", "Cafe\u0301 Desk"),
    two(42, "equal-after-nfkc", "role.confusable-name", "Night Desk", "\uff2eight Desk"),
    two(42, "equal-after-casefold", "role.confusable-name", "Night Desk", "night desk"),
    two(42, "equal-after-trimming", "role.confusable-name", "Night Desk", '"Night Desk "'),
    named(44, "30-combining-marks", "text.combining", f"Ni{MARKS}ght Desk"),
    named(45, "space-at-the-start", "text.space", '" Night Desk"'),
    named(45, "space-at-the-end", "text.space", '"Night Desk "'),
    named(45, "no-break-space", "text.space", "Night\u00a0Desk"),
    named(45, "two-spaces", "text.space", "Night  Desk"),
    named(45, "ideographic-space", "text.space", "Night\u3000Desk"),
    yaml(57, "conflict-marker", "yaml.conflict-marker", f"<<<<<<< ours\n{GOOD}=======\n{GOOD}>>>>>>> theirs\n"),
)
FOLDERS: tuple[FileCase, ...] = (
    FileCase(row=30, slug="too-many-files", exit=3, code="file.count", arrange=_many, alone=True),
    made(47, "roles-folder-is-a-link", "file.symlink", _roles_linked, alone=True),
    made(47, "parent-is-a-link-outwards", "file.symlink", _parent_linked_outwards, "linked", alone=True),
    made(48, "circle-of-folders", "file.symlink", _circle),
    made(48, "pipe", "file.type", _pipe),
    made(48, "socket", "file.type", _socket),
    made(48, "link-to-a-device", "file.symlink", _device),
    made(48, "submodule", "file.extension", _submodule),
    *(
        FileCase(row=50, slug=slug, exit=64, code="settings.path", arrange=_settings("roles: roles/", path), alone=True)
        for slug, path in {
            "path-that-climbs": "roles: ../roles",
            "absolute-path": "roles: /roles",
            "path-with-a-dot": "roles: roles/./standard",
            "root": "roles: /",
        }.items()
    ),
    FileCase(
        row=50,
        slug="nul-in-a-path",
        exit=64,
        code="text.control",
        arrange=_settings("roles: roles/", r'roles: "ro\0les"'),
        alone=True,
    ),
    *(
        thing(51, f"name-with-{slug}", "file.name", f"roles/{name}.yaml", *says)
        for slug, (name, *says) in {
            "a-line-break": ("a\nb", r"a\u{a}b"),
            "a-quote": ("a'b\"c",),
            "a-command": ("$(touch pwn)",),
            "an-escape": ("a\x1b[31mb", r"a\u{1b}[31mb"),
            "an-emoji": ("a\N{GRINNING FACE}b",),
            "250-letters": ("a" * 250,),
            "a-dash-first": ("-rf",),
        }.items()
    ),
    thing(53, "windows-device", "file.name", "roles/con.yaml", "Windows"),
    thing(53, "dot-at-the-end", "file.extension", "roles/a.yaml."),
    *(
        thing(54, slug, "file.extension", f"roles/{name}", ".yaml")
        for slug, name in {
            "swap-file": ".a.yaml.swp",
            "back-up": "a.yaml~",
            "yml": "a.yml",
            "upper-case": "a.YAML",
            "json": "a.json",
        }.items()
    ),
    made(56, "file-vanishes", "file.race", _vanishes, A),
    made(56, "file-becomes-a-pipe", "file.race", _becomes_a_pipe, A),
    FileCase(
        row=59, slug="no-roles-folder", exit=64, code="usage", arrange=_no_roles, alone=True, says=("not the same",)
    ),
    FileCase(row=60, slug="empty-roles-folder", exit=4, code="no-roles", arrange=_empty_roles, alone=True),
)
CASES = (*TEXTS, *FOLDERS)


def _windows_line_ends(desk: Desk, _: pytest.MonkeyPatch) -> None:
    for path in (desk.folder / "roles").rglob("*.yaml"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))


def _same_digest(desk: Desk, ran: Ran) -> None:
    for path in (desk.folder / "roles").rglob("*.yaml"):
        path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n"))
    assert desk.plan()["digest"] == ran.data["digest"]


RUNS = (
    RunCase(
        row=36,
        slug="crlf",
        exit=0,
        arguments=("plan", "--format", "json"),
        arrange=_windows_line_ends,
        check=_same_digest,
    ),
    RunCase(row=50, slug="no-option-for-the-folder", exit=64, code="usage", arguments=("plan", "--roles-dir", "/")),
)
ALIAS = "`yaml.alias`: anchors and aliases are not used at all, which is simple to explain"
ROWS: tuple[Row, ...] = (
    Row(
        number=2,
        what="a key twice: nested, in braces, after quoting",
        exit="3",
        answer="`yaml.duplicate-key`, both places",
    ),
    Row(number=3, what="keys equal after conversion: `1` and `0x1`, `yes` and `true`", exit="3", answer="`yaml.key`"),
    Row(number=5, what="a key `<<` without an alias", exit="3", answer="`yaml.alias`"),
    Row(number=6, what="an anchor that nothing refers to", exit="3", answer=ALIAS),
    Row(number=8, what="an alias to what holds it", exit="3", answer="`yaml.alias`"),
    Row(
        number=9,
        what="an alias without an anchor",
        exit="3",
        answer="`yaml.alias`",
        reason="The alias is refused before anybody looks for its anchor",
    ),
    Row(
        number=11,
        what="`!!binary`, `!!set`, `!!omap`, `!!timestamp`, `!!float`, `!!str`",
        exit="3",
        answer="`yaml.tag`",
    ),
    Row(number=12, what="a tag that would include another file", exit="3", answer="`yaml.tag`; the file is not shown"),
    Row(number=14, what="two documents in one file, the second empty or not", exit="3", answer="`yaml.multi-document`"),
    Row(number=15, what="content after `...`", exit="3", answer="`yaml.syntax`"),
    Row(number=17, what="a list or a text at the top", exit="3", answer="`schema.type`"),
    Row(
        number=21,
        what="`~`, `null` or nothing for a field or a category",
        exit="3",
        answer='`yaml.null`; never read as "remove everything"',
    ),
    Row(number=24, what="a tab as indentation", exit="3", answer="`yaml.tab`"),
    Row(number=26, what="a file cut in the middle", exit="3", answer="`yaml.syntax`"),
    Row(number=27, what="500 and 100,000 brackets in one another", exit="3", answer="`yaml.depth`"),
    Row(number=29, what="100,000 items in a list; a file of a mebibyte", exit="3", answer="`yaml.nodes`; `yaml.size`"),
    Row(
        number=30,
        what="20,000 role files",
        exit="3",
        answer="`file.count`",
        reason="The bound is 15,000; the test lowers it instead of writing so many",
    ),
    Row(number=32, what="a byte order mark", exit="3", answer="`file.encoding`"),
    Row(number=33, what="UTF-16, UTF-32 and Latin-1", exit="3", answer="`file.encoding`"),
    Row(
        number=35,
        what="NUL raw and escaped, `\\e[31m`, `\\x9b`, half a character",
        exit="3",
        answer="`text.control`; `yaml.syntax` for half a character",
        reason="Half a character is refused by the parser itself, where it is libyaml",
    ),
    Row(
        number=36,
        what="CRLF; a lone CR, U+0085 and U+2028 as line ends",
        exit="0; 3",
        answer="CRLF and LF give one digest; `text.newline`",
    ),
    Row(number=38, what="zero-width characters, a soft hyphen, U+034F", exit="3", answer="`text.invisible`"),
    Row(
        number=39,
        what="characters drawn as nothing: Hangul fillers, the Braille blank, tag characters, variation selectors",
        exit="3",
        answer="`text.invisible`",
    ),
    Row(
        number=41, what="a name all in Cyrillic beside its Latin look-alike", exit="3", answer="`role.confusable-name`"
    ),
    Row(
        number=42,
        what="two names equal after NFC, NFKC, casefold or trimming",
        exit="3",
        answer="`role.confusable-name`, both files named",
        reason="`role.duplicate-name` is for names that are the same to the letter",
    ),
    Row(number=44, what="30 accents on one letter", exit="3", answer="`text.combining`"),
    Row(number=45, what="a name with a space at an end, doubled, or of another kind", exit="3", answer="`text.space`"),
    Row(number=47, what="the roles folder is a link; a folder on the way is one", exit="3", answer="`file.symlink`"),
    Row(
        number=48,
        what="a circle of folders, a pipe, a socket, a device, a submodule",
        exit="3",
        answer="`file.symlink`, `file.type`, `file.extension`",
        reason="A circle and a device are tried as links to them; the `.git` of a submodule is no role file",
        elsewhere=("unit/desired/test_desired_revision.py::test_links_and_submodules_are_not_read",),
    ),
    Row(
        number=50,
        what="a roles folder that climbs, is absolute, has `.` or NUL in it; `--roles-dir /`",
        exit="64",
        answer="`settings.path`, `text.control`; `usage`, as there is no such option",
    ),
    Row(
        number=51,
        what="file names with a line break, a quote, `$()`, ESC, an emoji, 255 bytes",
        exit="3",
        answer="`file.name`, shown escaped",
    ),
    Row(number=53, what="`con.yaml`; a dot at the end", exit="3", answer="`file.name`; `file.extension`"),
    Row(
        number=54,
        what="what editors leave: `.a.yaml.swp`, `a.yaml~`, `a.yml`, `a.YAML`, `a.json`",
        exit="3",
        answer="`file.extension`; never passed over, or the role would look unmanaged",
    ),
    Row(
        number=56,
        what="a file vanishes or is replaced between listing and reading",
        exit="3",
        answer="`file.race`; what was read is read once",
        elsewhere=("unit/desired/test_desired_files.py::test_reading_gives_each_file_once",),
    ),
    Row(number=57, what="git conflict markers", exit="3", answer="`yaml.conflict-marker`"),
    Row(number=59, what="no roles folder", exit="64", answer="`usage`; not the same as no roles"),
    Row(number=60, what="an empty roles folder", exit="4", answer="`no-roles`"),
)
