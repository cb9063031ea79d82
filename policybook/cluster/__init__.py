"""Jobs done by the workers of a Dask cluster. floor: cluster."""

from policybook.cluster.client import LOCAL, working_under

__all__ = ["LOCAL", "working_under"]
