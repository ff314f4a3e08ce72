"""A page for each topic, and their index."""

from __future__ import annotations

from collections.abc import Iterator

from evidence_site import addresses, prose
from evidence_site.page import Spec
from evidence_site.pages.site import Site


def specs(site: Site) -> Iterator[Spec]:
    """A page for each topic, and their index, if there are any."""
    topics = list(site.review.topics.values())
    if not topics:
        return
    yield Spec(
        addresses.TOPICS,
        "topics",
        "Topics",
        "What is known beside treatment.",
        tuple(topic.document.file for topic in topics),
        context={
            "topics": [
                {
                    "title": topic.record.title,
                    "address": addresses.topic(topic.id),
                    "summary": prose.plain(topic.record.summary),
                }
                for topic in topics
            ]
        },
    )
    for topic in topics:
        yield Spec(
            addresses.topic(topic.id),
            "topic",
            topic.record.title,
            prose.plain(topic.record.summary),
            (topic.document.file,),
            boost=4.0,
            names=(topic.record.title, *topic.record.synonyms),
            citable=True,
            context={"record": topic.record},
        )
