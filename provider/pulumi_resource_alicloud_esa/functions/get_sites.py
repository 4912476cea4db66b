"""alicloud-esa:index:getSites"""

from __future__ import annotations

from typing import Any

from ..context import CallContext
from ..esa.sites import read_site_query


def invoke(inputs: dict[str, Any], context: CallContext) -> dict[str, Any]:
    """The sites of the account: requestId, totalCount, sites, ids, names.

    Raises InvalidInput before anything is sent, and what reading can raise.
    """
    query = read_site_query(inputs)
    listing = context.service().sites(query, context.deadline, context.progress)
    return {
        "requestId": listing.request_id,
        "totalCount": listing.total_count,
        "sites": listing.rows,
        "ids": [site.siteId for site in listing.rows],
        "names": [site.siteName for site in listing.rows if site.siteName is not None],
    }
