"""The index for readers' search: complete, in small files, the same each time, and cheap to renew."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from evidence_site import search_index
from evidence_site.letters import fold
from evidence_site.page import Spec, sections
from evidence_site.pages import search_text
from evidence_site.search_index import INDEX, PAGES, WORDS, Index, SearchEntry, Section, indexed, key_of, weights
from evidence_site.search_words import IGNORED, spellings, words, words_to_index


def entry(address: str, title: str, text: str = "", kind: str = "pages", **more: object) -> SearchEntry:
    return replace(SearchEntry(address, title, kind, (Section("top", title, text),)), **more)  # type: ignore[arg-type]


def corpus(count: int, seed: int = 1) -> list[SearchEntry]:
    """Pages of words with the frequencies of a language: few are on most pages, most on few."""
    chance = random.Random(seed)
    syllables = [a + b for a in "bdfgklmnprst" for b in "aeiou"]
    vocabulary = ["".join(chance.choices(syllables, k=chance.randint(1, 4))) for _ in range(3000)]
    ranks = [1 / (rank + 1) for rank in range(len(vocabulary))]
    return [
        entry(
            f"studies/{number}/",
            " ".join(chance.choices(vocabulary, k=3)),
            " ".join(chance.choices(vocabulary, ranks, k=120)),
            chance.choice(["studies", "references"]),
        )
        for number in range(count)
    ]


def found(files: Mapping[str, bytes], word: str) -> list[str]:
    """The addresses of the pages that the index names for a word, read as its format says."""
    index = json.loads(files[INDEX])
    (key,) = [key for key in index["keys"].split(" ") if key_of(word).startswith(key)]
    digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    number, addresses = 0, []
    text = json.loads(files[f"{WORDS}{key}-.json"]).get(word, "")
    while text:
        difference = 0
        for place, digit in enumerate(text):
            difference |= (digits.index(digit) & 31) << (5 * place)
            if digits.index(digit) < 32:
                break
        number += difference
        addresses.append(json.loads(files[f"{PAGES}{number}.json"])["address"])
        text = text[place + 2 :]
    return addresses


def listed(index: Index) -> list[tuple[str, bytes]]:
    """Its files, in their order."""
    return list(index.files.items())


def test_every_word_of_every_page_leads_to_it() -> None:
    entries = corpus(60)
    files = indexed(entries).files
    for page in entries:
        for word in weights(page):
            assert page.address in found(files, word)


def test_the_same_entries_give_the_same_files() -> None:
    """In whatever order they come."""
    entries = corpus(80)
    assert listed(indexed(entries)) == listed(indexed(entries[::-1]))


def test_no_file_is_large() -> None:
    """However many pages there are: a search loads a file for each word, and only one word on most pages fills one."""
    files = indexed(corpus(1000)).files
    sizes = sorted(len(content) for path, content in files.items() if path.startswith(WORDS))
    assert sizes[-1] < 30_000
    assert len(files[INDEX]) < 10_000


def test_words_that_begin_alike_do_not_share_a_large_file() -> None:
    """Such as numbers of studies, registrations and the like."""
    files = indexed([entry(f"pages/{n}/", f"Trial NCT{n:08d}", f"study-{n:05d}") for n in range(4000)]).files
    assert max(len(content) for path, content in files.items() if path.startswith(WORDS)) < 30_000
    assert found(files, "nct00001234") == ["pages/1234/"]


def changed(entries: list[SearchEntry]) -> list[SearchEntry]:
    return [replace(entries[0], sections=(Section("top", "new heading", "brand new words"),)), *entries[1:]]


RENEWALS: dict[str, Callable[[list[SearchEntry]], list[SearchEntry]]] = {
    "nothing": lambda entries: entries,
    "one changed": changed,
    "one more": lambda entries: [*entries, entry("a/", "Another page", "of its own", "studies")],
    "one less": lambda entries: entries[1:],
    "one renamed": lambda entries: [replace(entries[0], address="elsewhere/"), *entries[1:]],
    "one of another kind": lambda entries: [replace(entries[0], kind="new"), *entries[1:]],
    "all others": lambda _: corpus(90, seed=2),
}


@pytest.mark.parametrize("change", RENEWALS)
def test_a_renewed_index_is_that_of_a_whole_build(change: str) -> None:
    entries = corpus(90)
    after = RENEWALS[change](entries)
    assert listed(indexed(after, indexed(entries))) == listed(indexed(after))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whatever_changes_words_stand_in_the_files_of_a_whole_build(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files become too large and are divided, and put together again when there is room for that."""
    monkeypatch.setattr(search_index, "_LARGEST_FILE", 400)
    chance = random.Random(seed)
    pool = corpus(150, seed)
    names = ["zo", "zoe", "zoledronate", "zoledronates", "é-1", *(f"nct0000000{n}" for n in range(40)), "a" * 20]
    pages = {page.address: page for page in pool[:100]}
    index = indexed(pages.values())
    divided, united = 0, 0
    for _ in range(60):
        for page in chance.sample(pool, chance.choice([1, 1, 2, 6])):
            kind = chance.choice(["gone", "as it was", "named", "told"])
            if kind == "gone":
                pages.pop(page.address, None)
            elif kind == "as it was":
                pages[page.address] = page
            else:
                words_ = " ".join(chance.choices(names, k=chance.choice([1, 30])))
                text = "" if kind == "named" else page.sections[0].text
                pages[page.address] = replace(page, sections=(Section("top", words_, text),))
        before, index = index, indexed(pages.values(), index)
        whole = indexed(pages.values())
        assert listed(index) == listed(whole)
        assert index == whole
        divided += any(key.startswith(old) for key in index.sizes.keys() - before.sizes for old in before.sizes)
        united += any(old.startswith(key) for key in index.sizes.keys() - before.sizes for old in before.sizes)
    assert divided > 5
    assert united > 5


def test_a_change_leaves_most_files_as_they_are() -> None:
    entries = corpus(400)
    first = indexed(entries)
    before, after = first.files, indexed(changed(entries), first).files
    assert sum(before.get(path) != after.get(path) for path in before.keys() | after.keys()) < len(before) / 4
    pages = [path for path in before if path.startswith(PAGES) and before[path] != after[path]]
    assert len(pages) == 1


def test_pages_with_the_same_number_make_room_for_each_other() -> None:
    """Numbers are made of addresses; with many pages some would get the same."""
    entries = [entry(f"pages/{n}/", f"Page {n}") for n in range(3000)]
    files = indexed(entries).files
    texts = [json.loads(content)["address"] for path, content in files.items() if path.startswith(PAGES)]
    assert sorted(texts) == sorted(page.address for page in entries)


def test_names_count_more_than_titles_and_these_more_than_texts() -> None:
    named = weights(entry("a/", "A drug", names=("Zoledronate",)))["zoledronate"]
    titled = weights(entry("b/", "Zoledronate"))["zoledronate"]
    told = weights(entry("c/", "Something", "zoledronate " * 20))["zoledronate"]
    assert named > told and titled > told


def test_shorter_names_count_more() -> None:
    page = weights(entry("a/", "A drug", names=("Vitamin D", "Nasal spray for the treatment of pain")))
    assert page["vitamin"] > page["nasal"]


def test_the_weight_of_a_page_counts() -> None:
    pages = [weights(entry("a/", "A page", "pain", weight=weight))["pain"] for weight in (0.25, 1.0, 4.0)]
    assert pages == sorted(set(pages))


@pytest.mark.parametrize(
    ("token", "wanted"),
    [
        ("fractures", ("fracture",)),
        ("studies", ("study",)),
        ("osteoporosis", ("osteoporosis",)),
        ("z-score", ("z", "score", "zscore")),
        ("o’sullivan", ("o", "sullivan", "osullivan")),
        ("1-34", ("1", "34")),
        ("15.5", ("15.5",)),
        ("the", ()),
        ("breast-and-bone", ("breast", "bone", "breastandbone")),
        ("骨质疏松", ("骨质", "质疏", "疏松")),
        ("痛", ("痛",)),
        ("pth治疗12个月", ("pth", "治疗", "12", "个月")),
        ("骨-折", ("骨", "折")),
        (fold("골다공증"), ("골다", "다공", "공증")),
        ("กระดก", ("กระ", "ระด", "ะดก")),
    ],
)
def test_words_of_a_token(token: str, wanted: tuple[str, ...]) -> None:
    assert words(token) == wanted


@pytest.mark.parametrize(("token", "wanted"), [("痛", []), ("骨痛", ["痛"]), ("กระ", ["ระ", "ะ"]), ("fractures", [])])
def test_what_is_shorter_than_a_word_of_its_script_is_found_at_the_end_of_a_run(token: str, wanted: list[str]) -> None:
    assert [word for word in words_to_index(token) if word not in words(token)] == wanted


def test_words_in_other_scripts_do_not_share_a_large_file() -> None:
    """As all did whose letters are not in the names of files."""
    chance = random.Random(1)
    for first, last in ((0x4E00, 0x9FFF), (0x430, 0x44F), (0xE01, 0xE2E)):
        texts = ["".join(chr(chance.randint(first, last)) for _ in range(6)) for _ in range(4000)]
        files = indexed([entry(f"pages/{n}/", text) for n, text in enumerate(texts)]).files
        assert max(len(content) for path, content in files.items() if path.startswith(WORDS)) < 60_000
        assert all(path.isascii() for path in files)
        assert "pages/7/" in found(files, words(fold(texts[7]))[0])


def test_letters_that_are_typed_as_two_are_found_as_both() -> None:
    """With the same weight; and nothing else is: English has words with these letters, too."""
    page = weights(entry("a/", "Müller and Søren", "Größe, coöperation; naïve, Soeren does not sue"))
    assert page["mueller"] == page["muller"] and page["groesse"] == page["grosse"]
    assert page["soeren"] == page["soren"]
    assert {"cooeperation", "cooperation", "naive"} <= page.keys()
    assert not {"naiive", "dos", "su", "saue"} & page.keys()
    assert "mueller" not in weights(entry("a/", "Muller"))


@pytest.mark.parametrize("seed", range(20))
def test_every_text_has_its_spellings(seed: int) -> None:
    """Whatever characters stand side by side, none of them moves where a token ends."""
    chance = random.Random(seed)
    text = "".join(
        chance.choice(["ü", "u\u0308", "Å", "ø\u0301", "a", " ", chr(chance.randrange(0xD800))]) for _ in range(500)
    )
    assert all(token != other for token, other in spellings(text))
    assert weights(entry("a/", text, text))


def test_accents_and_capitals_do_not_matter() -> None:
    assert fold("SJÖGREN Łukasz Straße") == "sjogren lukasz strasse"


def test_no_word_that_says_something_is_ignored() -> None:
    assert not IGNORED & {"no", "not", "d", "k", "against", "before", "after", "none", "without"}


# --- pages as search sees them ----------------------------------------------------------------------------------------


def seen(html: str) -> str:
    return search_text.text(html)


@pytest.mark.parametrize(
    ("html", "wanted"),
    [
        ("<p>One</p><p>Two</p>", "One Two"),
        ("<td>12</td><td>24</td>", "12 24"),
        ("<p>One w<strong>or</strong>d.</p>", "One word."),
        ("<p>&lt;script&gt; &amp;amp; 5 &gt; 3</p>", "<script> &amp; 5 > 3"),
        ('<p>It rose <span class="er-cite" id="x">[<a href="#ref">1</a><span>, abstract</span>]</span>.</p>', "It rose."),
        ('<div>A <div data-search-exclude><div>no</div> no</div> B</div>', "A B"),
        ('<ol class="x" data-search-exclude><li>no</li></ol>yes', "yes"),
        ('<p><span class="s" aria-hidden="true">⊕◯◯◯</span> very low</p>', "very low"),
    ],
)  # fmt: skip
def test_the_text_of_finished_html(html: str, wanted: str) -> None:
    assert seen(html) == wanted


def test_a_page_is_cut_at_its_headings() -> None:
    parts = [
        '<!--er:h1 id="top"-->Pain &amp; more<!--/er--><p>First.</p>',
        '<!--er:h2 id="out" data-search-exclude-->Out<!--/er--><p>Hidden.</p><!--er:h2 id="in"-->In<!--/er--><p>Last.</p>',
    ]
    spec = Spec("outcomes/pain/", "outcome", "Pain & more", "D", boost=4.0, names=("VAS",))
    found = search_text.entry(spec, sections(parts))
    wanted = (Section("top", "Pain & more", "First."), Section("in", "In", "Last."))
    assert found == SearchEntry("outcomes/pain/", "Pain & more", "outcomes", wanted, ("VAS",), 4.0)


def test_a_page_that_is_not_to_be_found_is_not_in_the_index() -> None:
    assert search_text.entry(Spec("studies/", "studies", "Studies", "D", searchable=False), sections([""])) is None


@pytest.mark.parametrize("text", ["</script><b>x", "a\ud800b", "a\u0000b", "“q” ' \" \\", "x" * 5000])
def test_any_text_makes_an_index(text: str) -> None:
    """Whatever somebody wrote: only what no text in UTF-8 can hold becomes a question mark."""
    index = indexed([entry("a/", text, text)])
    (page,) = [content for path, content in index.files.items() if path.startswith(PAGES)]
    assert json.loads(page)["title"] == text.replace("\ud800", "?")
    assert indexed([entry("a/", text, text)], index) == index
