"""``report.docx``: the report as an official document, made from a release alone. floor: paper."""

from policybook.paper.comparison import check_document
from policybook.paper.compose import document_bytes, write_document

__all__ = ["check_document", "document_bytes", "write_document"]
