"""Why a study cannot be pooled, in words that go on after its name."""

from __future__ import annotations

NOBODY = "nobody in it had the event, which says nothing of a ratio"
EVERYBODY = "everybody in it had the event, which says nothing of a ratio"
ONE_SIDED = "it gives numbers for one of the two groups only"
SEVERAL = "it gives the outcome of one group several times"
MIXED = "only some of a group had the treatment, and it gives no number of these alone"
PART = "it gives the number of a part of a group only"
RETRACTED = "it was retracted"
RESET = "it counts from another moment, such as the end of treatment"
HELD = "its persons are likely in a larger study, which gives no such numbers"
SAME_PERSONS = "the same persons had both treatments, which this way of pooling does not allow for"
SHARED = "a group of one side holds persons of the other"
IMPOSSIBLE = "its numbers of persons with the event cannot be right"
UNCOUNTED = "it does not say of how many persons it gives the number"
OTHER_UNIT = "it gives the outcome in another unit"
NO_SPREAD = "it gives neither standard deviation, standard error nor confidence interval of a mean"
SKEWED = "its confidence interval does not lie evenly about the estimate"
NO_INTERVAL = "it gives no confidence interval of the ratio"
SEVERAL_RATIOS = "it gives several ratios for the same groups"
SEVERAL_PAIRS = "it gives ratios for several pairs of groups, which cannot be made one"
OTHER_SITE = "it measured the two groups at different sites"
ONE_GROUP = "it gives both numbers of one group, and does not say that they are of different persons"
OTHERWISE = "it gives the outcome in another form, such as a median"
TWO_QUESTIONS = (
    "some of its groups had the treatment instead of the comparator and some besides it, which are two questions"
)
CLUSTERED = "it allocated whole clusters, and nothing tells how alike the persons of one are"
CLUSTERED_SPREAD = "it allocated whole clusters, and gives no standard deviation of the persons"
CLUSTERED_FEW = "its persons count as fewer than two, since it allocated whole clusters of persons who are alike"

OTHER_TIMES = "it gives the outcome at other times only"


class Obstacle(str):
    """Why a side cannot be pooled, in words that go on after the name of the study."""

    __slots__ = ()
