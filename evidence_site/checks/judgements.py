"""Judgements: certainty after GRADE, cautions, and the risk of bias of studies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evidence_site import measures, records as r
from evidence_site.certainty import DOWN, computed_level
from evidence_site.checks.shared import warning
from evidence_site.instruments import NONE, AllowedAnswer, Instrument, fitting, instruments, said
from evidence_site.problems import Problem
from evidence_site.record_reading import Loaded
from evidence_site.review import Review, StudyNode


def certainty(review: Review) -> Iterator[Problem]:
    """GRADE's steps go the way that their domain allows, and a stated level is the one that they give."""
    for treatment in review.treatments.values():
        for position, rating in enumerate(treatment.record.certainty):
            path: r.Path = ("certainty", position)
            level = computed_level(rating)
            if rating.level and rating.level is not level:
                yield Problem(
                    treatment.loaded.place((*path, "level")),
                    "certainty-level",
                    f"The steps give {level.replace('_', ' ')}, not {rating.level.replace('_', ' ')}.",
                    f"Write {level}, or correct the steps.",
                )
            for n, step in enumerate(rating.steps):
                if step.by == 0 or (step.by < 0) is not (step.domain in DOWN):
                    way = "down (-1, -2)" if step.domain in DOWN else "up (1, 2)"
                    yield Problem(
                        treatment.loaded.place((*path, "steps", n, "by")),
                        "certainty-step",
                        f"{step.domain.replace('_', ' ').capitalize()} can only move certainty {way.split()[0]}.",
                        f"Write a step {way}, or leave it out.",
                    )


def cautions_answered(review: Review) -> Iterator[Problem]:
    """Every treatment answers every caution that the review asks about, if only with not_reported."""
    for treatment in review.treatments.values():
        for id_, caution in review.cautions.items():
            if id_ not in treatment.record.cautions:
                yield Problem(
                    treatment.loaded.place(("cautions",)),
                    "missing-caution",
                    f"Nothing is said here about “{caution.name}”.",
                    f"Add {id_}: with statements, or {id_}: not_reported.",
                )


def appraisals(review: Review) -> Iterator[Problem]:
    """An appraisal gives every item of its instrument one of the answers that the instrument allows."""
    for study in review.studies.values():
        appraisal = study.record.appraisal
        if appraisal is None:
            continue
        if appraisal.instrument == NONE and (appraisal.answers or appraisal.overall):
            yield Problem(
                study.loaded.place(("appraisal", "instrument")),
                "answers-without-instrument",
                "There are answers here, but the instrument is none.",
                f"Name the instrument: {', '.join(instruments())}.",
            )
        instrument = instruments().get(appraisal.instrument)
        if instrument:
            yield from _answers(study.loaded, appraisal, instrument)
            yield from _fit_of_appraisal(review, study, instrument)


def _answers(loaded: Loaded[r.Record], appraisal: r.Appraisal, instrument: Instrument) -> Iterator[Problem]:
    answers: r.Path = ("appraisal", "answers")
    known = [(item, answer) for item, answer in appraisal.answers.items() if item in instrument.item_ids]
    for item, answer in known:
        if not instrument.answer(said(answer)):
            yield _not_allowed(loaded, (*answers, item), answer, instrument, instrument.answers)
    missing = [item for item in instrument.item_ids if item not in appraisal.answers]
    overall = instrument.overall
    if overall and overall.required and appraisal.overall is None:
        missing.append("overall")
    if missing:
        yield Problem(
            loaded.place(("appraisal",)),
            "missing-answers",
            f"This appraisal with {instrument.short_name} lacks {len(missing)} of its answers: {', '.join(missing)}.",
            f"Answer each with one of: {', '.join(answer.id for answer in instrument.answers)}.",
        )
    if appraisal.overall is None:
        return
    judged = instrument.judgement(said(appraisal.overall))
    if judged is None:
        allowed = overall.answers if overall else ()
        yield _not_allowed(loaded, ("appraisal", "overall"), appraisal.overall, instrument, allowed)
    worst = max((given.severity or 0 for _, a in known if (given := instrument.answer(said(a)))), default=0)
    if judged and judged.severity is not None and judged.severity < worst:
        yield warning(
            loaded.place(("appraisal", "overall")),
            "overall-too-mild",
            f"The overall judgement is “{judged.label}”, but one {instrument.items_called} is judged worse.",
            "The whole is at least as bad as its worst part.",
        )


def _not_allowed(
    loaded: Loaded[r.Record],
    path: r.Path,
    answer: r.AnswerOrLine,
    instrument: Instrument,
    allowed: Sequence[AllowedAnswer],
) -> Problem:
    at = (*path, "answer") if isinstance(answer, r.Answer) else path
    message = f"{instrument.short_name} does not know the answer “{said(answer)}” here."
    hint = f"Write one of: {', '.join(a.id for a in allowed)}." if allowed else "Leave it out."
    return Problem(loaded.place(at), "not-allowed-answer", message, hint)


def _fit_of_appraisal(review: Review, study: StudyNode, instrument: Instrument) -> Iterator[Problem]:
    place = study.loaded.place(("appraisal", "instrument"))
    if study.record.design not in instrument.designs:
        fit = fitting(study.record.design)
        yield warning(
            place,
            "instrument-for-another-design",
            f"{instrument.short_name} is not made for this design, {measures.words(study.record.design)}.",
            f"Use {' or '.join(fit)}, or correct the design." if fit else "Correct the design, or write none.",
        )
    if review.reading(study) is r.Reading.TITLE:
        yield warning(
            place,
            "appraisal-not-read",
            "Only the title of this study’s report was read, so nobody can have appraised it.",
            "Correct read in the source record, or write instrument: none.",
        )
