"""policybook: a quarterly report in which every number can be traced and verified."""

__version__ = "0.1.0"
