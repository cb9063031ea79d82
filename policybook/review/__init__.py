"""A draft's numbers against an edition's facts. floor: review."""

from policybook.review.verdicts import Review, Reviewed, review

__all__ = ["Review", "Reviewed", "review"]
