"""``report.docx`` and the reply, official documents made from a release alone. floor: paper."""

from policybook.paper.comparison import check_document
from policybook.paper.compose import published_document, write_document
from policybook.paper.reply import reply_bytes

__all__ = ["check_document", "published_document", "reply_bytes", "write_document"]
