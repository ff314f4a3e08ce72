"""The data dictionary tells of every field of every record, each at an address of its own."""

from __future__ import annotations

import pytest
from html_pages import Element, read_page
from reviews import BASE, linked
from test_pages import as_html

from evidence_site import addresses, records as r, site_settings
from evidence_site.dictionary import Form, chapters
from evidence_site.pages import Settings, render
from evidence_site.pages.dictionary import anchor
from evidence_site.schemas import KINDS


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Element:
    """The page as the engine makes it."""
    files = render(linked(BASE), BASE, site_settings.template_folders(BASE), {}, Settings()).files
    file = tmp_path_factory.mktemp("page") / "index.html"
    file.write_text(as_html(files[addresses.source_path(addresses.DICTIONARY)].decode()), "utf-8")
    return read_page(file, addresses.DICTIONARY).html


def record_classes(model: type[r.Record]) -> set[type[r.Record]]:
    """A class of records and every class inside it."""
    found = {model}
    waiting: list[object] = [field.annotation for field in model.model_fields.values()]
    for annotation in waiting:
        waiting += getattr(annotation, "__args__", ())
        if isinstance(annotation, type) and issubclass(annotation, r.Record) and annotation not in found:
            found.add(annotation)
            waiting += [field.annotation for field in annotation.model_fields.values()]
    return found


def test_every_field_is_told_once() -> None:
    """Each class of records has a group, and each of its fields a row."""
    groups = [group for chapter in chapters() for group in chapter.groups]
    classes = {cls.__name__: cls for kind in KINDS for cls in record_classes(kind.model)}
    assert sorted(group.name for group in groups) == sorted(classes)
    for group in groups:
        assert [field.name for field in group.fields] == list(classes[group.name].model_fields)
        needed = {name for name, field in classes[group.name].model_fields.items() if field.is_required()}
        assert {field.name for field in group.fields if field.is_needed} == needed
        assert all(field.about.endswith(".") and field.forms for field in group.fields)


def test_every_field_has_an_address(page: Element) -> None:
    """Links lead to groups and fields, and to nothing else."""
    ids = [element["id"] for element in page.walk() if element["id"]]
    assert len(ids) == len(set(ids))
    wanted = {anchor(g.name, f.name) for c in chapters() for g in c.groups for f in g.fields}
    assert wanted <= set(ids)
    assert {"result-value", "person-age-years", "study"} <= set(ids)
    assert {a["href"].removeprefix("#") for a in page.all("a") if a["href"].startswith("#")} <= set(ids)


def test_a_row_says_what_to_write(page: Element) -> None:
    """What a field says, what it takes, an example, what its words mean, what it counts as if it is left out."""

    def row(id_: str) -> str:
        return page.one("tr", id=id_).text

    assert "needed" in row("result-statistic")
    assert "percent_change By how much it rose or fell" in row("result-statistic")
    assert "needed" not in row("result-sd")
    assert "a number of at least 0 For example 6.6" in row("result-sd")
    assert "a number, in years, or not_reported" in row("person-age-years")
    assert "If it is left out: not_reported" in row("person-age-years")
    assert "fields, each named by the id of a caution, each: a list, each: Statement, or not_reported" in row(
        "treatment-cautions"
    )
    assert "For example {months: 12, after: first-dose}" in row("result-time")


def test_missing_values_are_told_last() -> None:
    """First what a value is, then how to say that it is not there."""

    def missing(forms: tuple[Form, ...]) -> list[bool]:
        return [form.says_missing for form in forms]

    for chapter in chapters():
        for group in chapter.groups:
            for field in group.fields:
                assert missing(field.forms) == sorted(missing(field.forms))
