"""The file around a document: its empty form, its properties, its bytes. floor: paper."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import datetime
from importlib.resources import files
from importlib.resources.abc import Traversable
from zipfile import ZipFile

import docx
from docx.document import Document
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from lxml import etree

from policybook.folders import undated

_CUSTOM = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
_TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
_FORMAT = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"  # of properties that a user defines
_FIRST = 2  # the first number that such a property may have


def new_document() -> Document:
    """An empty document in the layout of GB/T 9704; python-docx's own is another's, and old."""
    shell = io.BytesIO()
    with ZipFile(shell, "w") as archive:
        _add(archive, files("policybook") / "templates" / "paper", "")
    shell.seek(0)
    return docx.Document(shell)


def _add(archive: ZipFile, folder: Traversable, name: str) -> None:
    for entry in sorted(folder.iterdir(), key=lambda one: one.name):
        if entry.is_dir():
            _add(archive, entry, f"{name}{entry.name}/")
        else:
            archive.writestr(name + entry.name, entry.read_bytes())


def add_properties(document: Document, properties: Mapping[str, str]) -> None:
    """``docProps/custom.xml``, which python-docx does not know: a text for each name."""
    root = etree.Element(f"{{{_CUSTOM}}}Properties", nsmap={None: _CUSTOM, "vt": _TYPES})
    for number, (name, text) in enumerate(properties.items(), start=_FIRST):
        one = etree.SubElement(
            root, f"{{{_CUSTOM}}}property", fmtid=_FORMAT, pid=str(number), name=name
        )
        etree.SubElement(one, f"{{{_TYPES}}}lpwstr").text = text
    package = document.part.package
    blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    place = PackURI("/docProps/custom.xml")
    part = Part(place, CONTENT_TYPE.OFC_CUSTOM_PROPERTIES, blob, package)
    package.relate_to(part, RELATIONSHIP_TYPE.CUSTOM_PROPERTIES)


def describe(document: Document, title: str, author: str, notice: str, made: datetime) -> None:
    """What the file says of itself; what the site says of itself stands on each of its pages."""
    own = document.core_properties
    own.title, own.author, own.comments = title, author, notice
    own.created = own.modified = made
    own.last_modified_by, own.revision, own.language = author, 1, "zh-CN"
    section = document.sections[0]
    for header in (section.header, section.even_page_header):
        header.is_linked_to_previous = False
        header.paragraphs[0].text = notice


def file_bytes(document: Document) -> bytes:
    """The saved file, packed without the time of packing."""
    saved = io.BytesIO()
    document.save(saved)
    return undated(saved.getvalue())
