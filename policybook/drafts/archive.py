"""The parts of a Word file, read within bounds. floor: drafts.

A zip directory may lie about sizes, and ``ZipFile.read`` then unpacks without bound; so parts
are read in pieces, deflated ones only, and never past what the directory says.
"""

from __future__ import annotations

import io
import posixpath
import struct
import zlib
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from docx.oxml import parse_xml

from policybook.drafts.record import DraftError, refusal

LIMIT = 100_000_000  # bytes of all parts
XML_LIMIT = 40_000_000  # bytes of one part; its tree needs some twenty times as much memory
_PIECE = 1 << 16
# Namespaces of "Strict Open XML" and the usual ones for the same.
_STRICT = {
    b"http://purl.oclc.org/ooxml/wordprocessingml/main": (
        b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    ),
    b"http://purl.oclc.org/ooxml/officeDocument/relationships": (
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    ),
    b"http://purl.oclc.org/ooxml/officeDocument/math": (
        b"http://schemas.openxmlformats.org/officeDocument/2006/math"
    ),
}
_REMEDY = "在 Word 中打开，能打开就另存为 .docx；打不开请向提供者重要一份。"


class Archive:
    """The XML parts of a Word file, by name."""

    def __init__(self, path: Path, data: bytes) -> None:
        self.path = path
        try:
            self._parts = self._read(data)
        except (BadZipFile, EOFError, OSError, ValueError, struct.error, zlib.error) as problem:
            raise self.broken("压缩包不完整或已损坏") from problem
        except (NotImplementedError, RuntimeError) as problem:
            raise self.broken("压缩包用了 Word 不用的格式") from problem

    def _read(self, data: bytes) -> dict[str, bytes]:
        parts: dict[str, bytes] = {}
        with ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if sum(entry.file_size for entry in entries) > LIMIT:
                raise self.too_large(f"解压后超过 {LIMIT // 1_000_000} MB")
            for entry in entries:
                if entry.flag_bits & 1:
                    remedy = "去掉密码，再另存为 .docx。"
                    raise refusal("encrypted", self.path, "文件加了密，读不到正文。", remedy)
                if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
                    raise NotImplementedError
                pieces = []
                with archive.open(entry) as part:
                    while piece := part.read(_PIECE):  # to the end, where the checksum is compared
                        pieces.append(piece)
                content = b"".join(pieces)
                if len(content) != entry.file_size:
                    raise BadZipFile(entry.filename)
                xml = entry.filename.endswith((".xml", ".rels"))
                parts[entry.filename] = content if xml else b""
        return parts

    def main(self) -> str:
        """The name of the part that holds the body."""
        for kind, name in self.related("").values():
            if kind == "officeDocument" and name in self._parts and name.startswith("word/"):
                return name
        if "word/document.xml" in self._parts:
            return "word/document.xml"
        if any(name.startswith(("xl/", "ppt/", "content.xml")) for name in self._parts):
            message = "扩展名是 .docx，内容却是表格、演示文稿或其他格式。"
            raise refusal("kind", self.path, message, "请提供 Word 文件（.docx）或文本（.txt）。")
        raise self.broken("压缩包里没有 Word 正文（word/document.xml）")

    def related(self, name: str) -> dict[str, tuple[str, str]]:
        """Id → kind and part name of what a part refers to inside the file."""
        folder, _, file = name.rpartition("/")
        listing = posixpath.join(folder, "_rels", f"{file}.rels")
        if listing not in self._parts:
            return {}
        found = {}
        for entry in self.tree(listing).iterchildren("{*}Relationship"):
            if entry.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, entry.get("Target", "")))
                kind = entry.get("Type", "").rpartition("/")[2]
                found[entry.get("Id", "")] = (kind, target.lstrip("/"))
        return found

    def tree(self, name: str) -> Any:
        """A part's root element; no entity is resolved, and a part that declares one is refused."""
        content = self._parts.get(name, b"")
        if len(content) > XML_LIMIT:
            raise self.too_large(f"{name} 解压后超过 {XML_LIMIT // 1_000_000} MB")
        for strict, usual in _STRICT.items():
            content = content.replace(strict, usual)
        try:
            root: Any = parse_xml(content)
        except SyntaxError as problem:  # XMLSyntaxError is one
            raise self.broken(f"{name} 不是完整的 XML") from problem
        if root.getroottree().docinfo.doctype:
            raise self.broken(f"{name} 含有 Word 不用的 DTD 声明")
        return root

    def holds(self, name: str) -> bool:
        """Whether there is such a part."""
        return name in self._parts

    def broken(self, reason: str) -> DraftError:
        """The refusal of a file that is no whole Word file."""
        return refusal("broken", self.path, f"Word 文件已损坏：{reason}。", _REMEDY)

    def too_large(self, reason: str) -> DraftError:
        """The refusal of a file that unpacks to too much."""
        return refusal("size", self.path, f"{reason}，按上限不读。", "删去图片和附件，再另存一次。")
