"""The seeds folder."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model.article import Article, Batch, SourceKind
from monitor.sources import seeds
from monitor.sources.seeds import read_folder

NOW = datetime(2024, 11, 18, 12, tzinfo=UTC)


def look(folder: Path, known: dict[str, str] | None = None) -> Batch:
    return read_folder(folder, known or {}, NOW, stable_for=timedelta(0))


def one(folder: Path, name: str, content: str | bytes) -> Article:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    batch = look(folder)
    assert batch.quarantined == ()
    (article,) = batch.articles
    return article


@pytest.mark.parametrize(
    ("name", "content", "title", "text"),
    [
        ("a.txt", "A headline\n\nOne.\n\nTwo.", "A headline", "One.\n\nTwo."),
        ("a.txt", "A headline\r\n\r\nOne.", "A headline", "One."),
        ("a.txt", "One paragraph\nin two lines.\n\nTwo.", "", "One paragraph\nin two lines.\n\nTwo."),
        ("a.txt", "Only a line", "", "Only a line"),
        ("a.txt", "Note: this is text.\n\nMore.", "Note: this is text.", "More."),
        ("a.txt", "x" * 300 + "\n\nOne.", "", "x" * 300 + "\n\nOne."),
        ("a.md", "# A heading\n\nOne **bold** [link](http://x.example/).", "A heading", "One bold link."),
        ("a.md", "---\ntitle: 'Front'\nlang: de\n---\n\nEins.", "Front", "Eins."),
        (
            "a.html",
            "<nav>x</nav><article><h1>H</h1><p>One.</p><p>Two.</p></article>",
            "H",
            "One.\n\nTwo.",
        ),
        ("a.json", '{"title": "T", "text": "One."}', "T", "One."),
        ("a.jsonl", '\n{"title": "T", "text": "One."}\n', "T", "One."),
        ("sub/deep/a.txt", "A headline\n\nOne.", "A headline", "One."),
    ],
)
def test_every_format_gives_title_and_text(tmp_path: Path, name: str, content: str, title: str, text: str) -> None:
    article = one(tmp_path, name, content)
    assert (article.title, article.text) == (title, text)
    assert (article.source, article.kind, article.fetched) == ("seeds", SourceKind.SEED, NOW)
    assert article.key.startswith(name)


def test_headers_of_a_text_file(tmp_path: Path) -> None:
    header = "Title: Dam opens\nURL: https://a.example/1\nPublished: 2024-11-17\nSource: Daily\nLang: en\n\nOne."
    article = one(tmp_path, "a.txt", header)
    assert (article.title, article.text, article.url) == ("Dam opens", "One.", "https://a.example/1")
    assert (article.outlet, article.lang) == ("Daily", "en")
    assert article.published == datetime(2024, 11, 17, tzinfo=UTC)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251", "koi8-r"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    text = "Мост открыт\n\nДвижение по мосту восстановлено в понедельник утром."
    article = one(tmp_path, "a.txt", text.encode(encoding))
    assert (article.title, article.lang) == ("Мост открыт", "ru")


def test_one_bad_line_does_not_cost_the_others(tmp_path: Path) -> None:
    lines = ['{"id": "x", "text": "One."}', "{broken", '{"title": "Two"}', "[]", '{"title": ""}']
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    batch = look(tmp_path)
    assert [article.key for article in batch.articles] == ["a.jsonl#x", "a.jsonl#3"]
    assert [item.reason.split(" ")[1] for item in batch.quarantined] == ["2", "4", "5"]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.txt", b"", "empty"),
        ("a.txt", b" \n ", "empty"),
        ("a.txt", bytes(range(256)) * 10, "binary"),
        ("a.json", b"{", "line 1"),
        ("a.eml", b"\n\n", "empty"),
        ("a.eml", b"X-A: b\n\n", "neither subject nor text"),
        ("a.eml", bytes(range(128, 256)) * 10, "no header"),
        ("a.mbox", b"Subject: a\n\nb", "not a mailbox"),
        ("a.json", b'"text"', "must hold an object"),
        ("a.json", b"[" * 100_000, "nesting"),
        ("a.html", b"<html><body><script>x</script></body></html>", "no text"),
    ],
)
def test_unreadable_files_are_named_once(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(content)
    batch = look(tmp_path)
    assert [(item.ref, words in item.reason) for item in batch.quarantined] == [(name, True)]
    assert look(tmp_path, batch.files) == Batch()


def test_a_file_too_large_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "a.txt").open("wb") as file:
        file.truncate(seeds.MAX_FILE + 1)
    batch = look(tmp_path)
    assert "the limit is 50 MB" in batch.quarantined[0].reason
    assert look(tmp_path, batch.files) == Batch()


def test_a_long_text_is_cut_and_flagged(tmp_path: Path) -> None:
    article = one(tmp_path, "a.txt", "word " * 300_000)
    assert (len(article.text) <= 1_000_000, article.flags) == (True, ("text_cut",))


def test_only_changed_files_are_read_again(tmp_path: Path) -> None:
    article = tmp_path / "a.txt"
    article.write_text("A headline\n\nOne.")
    (tmp_path / "b.txt").write_text("Another\n\nTwo.")
    known = dict(look(tmp_path).files)
    assert look(tmp_path, known) == Batch()
    os.utime(article, (1, 1))
    touched = look(tmp_path, known)
    assert (touched.articles, list(touched.files)) == ((), ["a.txt"])
    article.write_text("A headline\n\nOne, corrected.")
    assert [found.key for found in look(tmp_path, known).articles] == ["a.txt"]


def test_files_that_are_left_alone(tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("Secret\n\nx")
    folder = tmp_path / "seeds"
    (folder / ".git").mkdir(parents=True)
    for name in (".hidden.txt", ".git/a.txt", "a.txt.part", "a.txt~", "a.tmp", "~a.txt", "a.pdf"):
        (folder / name).write_text("A headline\n\nOne.")
    (folder / "link.txt").symlink_to(outside)
    (folder / "broken.txt").symlink_to(tmp_path / "nowhere")
    assert look(folder) == Batch()


def test_a_file_still_being_written_waits(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("A headline\n\nOne.")
    os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    assert read_folder(tmp_path, {}, NOW) == Batch()
    assert len(read_folder(tmp_path, {}, NOW + timedelta(seconds=2)).articles) == 1


def test_a_file_with_something_wrong_is_given_time_to_be_finished(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"title": "A hea')
    os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    assert read_folder(tmp_path, {}, NOW + timedelta(seconds=5)) == Batch()
    late = read_folder(tmp_path, {}, NOW + timedelta(seconds=11))
    assert [item.ref for item in late.quarantined] == ["a.json"]
    path.write_text('{"title": "A headline"}')
    assert [article.title for article in look(tmp_path, late.files).articles] == ["A headline"]


def test_a_moved_file_is_not_new_and_a_copied_one_is(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("A headline\n\nOne.")
    known = dict(look(tmp_path).files)
    (tmp_path / "done").mkdir()
    (tmp_path / "a.txt").rename(tmp_path / "done" / "b.txt")
    moved = look(tmp_path, known)
    assert (moved.articles, list(moved.files)) == ((), ["done/b.txt"])
    (tmp_path / "c.txt").write_text("A headline\n\nOne.")
    (tmp_path / "a.txt").write_text("A headline\n\nTwo.")
    assert [article.key for article in look(tmp_path, known | moved.files).articles] == ["a.txt", "c.txt"]


def test_a_deleted_file_is_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("A headline\n\nOne.")
    known = dict(look(tmp_path).files)
    (tmp_path / "a.txt").unlink()
    assert look(tmp_path, known) == Batch()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_rights_is_named_once_and_read_when_it_has_them(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("A headline\n\nOne.")
    path.chmod(0)
    batch = look(tmp_path)
    assert [item.ref for item in batch.quarantined] == ["a.txt"]
    assert look(tmp_path, batch.files) == Batch()
    path.chmod(0o600)
    assert len(look(tmp_path, batch.files).articles) == 1


NEWSLETTER = b"""From: "The Wire" <news@wire.example>
To: you@here.example
Subject: =?utf-8?q?Br=C3=BCcke_ge=C3=B6ffnet?=
Date: Mon, 18 Nov 2024 08:00:00 +0100
Message-ID: <1@wire.example>
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="b"

--b
Content-Type: text/plain; charset=utf-8

Short.
--b
Content-Type: text/html; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

<html><head><title>x</title><style>p{}</style></head><body>
<a href=3D"https://wire.example/n/1?a=3D1&amp;b=3D2"><b>View in browser</b></a>
<p>Die Br=FCcke ist seit Montag wieder offen.</p><p>Mehr am Abend.</p>
<p>Unsubscribe from this list</p><script>x</script></body></html>
--b--
"""


def test_a_newsletter_is_read_from_a_message(tmp_path: Path) -> None:
    article = one(tmp_path, "a.eml", NEWSLETTER)
    assert (article.title, article.text) == (
        "Brücke geöffnet",
        "Die Brücke ist seit Montag wieder offen.\n\nMehr am Abend.",
    )
    assert (article.outlet, article.url, article.key) == ("The Wire", "https://wire.example/n/1?a=1&b=2", "a.eml")
    assert article.published == datetime(2024, 11, 18, 7, tzinfo=UTC)


def test_headers_of_plain_bytes_are_read_as_the_text_is(tmp_path: Path) -> None:
    head = "From: Редакция <n@wire.example>\nSubject: Взрыв на складе\nContent-Type: text/plain; charset=koi8-r\n\n"
    article = one(tmp_path, "a.eml", f"{head}Текст письма.".encode("koi8-r"))
    assert (article.title, article.outlet, article.text) == ("Взрыв на складе", "Редакция", "Текст письма.")


def test_a_mailbox_holds_several(tmp_path: Path) -> None:
    plain = b"From: a@b.example\nSubject: Two\n\nOne.\n\n>From here on.\n"
    mark = b"From news@wire.example Mon Nov 18 08:00:00 2024\n"
    (tmp_path / "a.mbox").write_bytes(mark + NEWSLETTER + b"\n" + mark + plain + b"\n" + mark + b"\n")
    batch = look(tmp_path)
    assert [(found.key, found.title) for found in batch.articles] == [
        ("a.mbox#1@wire.example", "Brücke geöffnet"),
        ("a.mbox#2", "Two"),
    ]
    assert batch.articles[1].text == "One.\n\nFrom here on."
    assert ["message 3" in item.reason for item in batch.quarantined] == [True]


@given(st.binary(max_size=300))
def test_any_bytes_are_a_message_or_a_complaint(data: bytes) -> None:
    for name in ("a.eml", "a.mbox"):
        found, complaints = seeds.read_seed(b"From a b\nSubject: x\n" + data, name, NOW)
        assert found or complaints


def test_links_that_lead_in_a_circle_or_nowhere_cost_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.txt").symlink_to(tmp_path / "a.txt")
    (tmp_path / "b.txt").symlink_to(tmp_path / "none.txt")
    (tmp_path / "sub").symlink_to(tmp_path)
    assert one(tmp_path, "c.txt", "A headline\n\nOne.").key == "c.txt"


def test_a_missing_folder_is_an_empty_one(tmp_path: Path) -> None:
    assert look(tmp_path / "none") == Batch()
