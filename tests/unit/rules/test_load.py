import os
from pathlib import Path

import pytest

from monitor.rules.kept import Kept
from monitor.rules.load import RuleFolder
from monitor.rules.tree import MAX_BYTES


def rule(rule_id: str, terms: str = "x") -> str:
    return f"rules:\n- id: {rule_id}\n  any: [{terms}]\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "b.yaml").write_text(rule("b"))
    (tmp_path / "a.yml").write_text(rule("a"))
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "c.yaml").write_text(rule("c"))
    (tmp_path / ".hidden.yaml").write_text("broken: [")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "d.yaml").write_text("broken: [")
    (tmp_path / "readme.md").write_text("broken: [")
    return tmp_path


def ids(reloaded) -> list[str]:
    return [rule.id for rule in reloaded.rules]


def test_files_are_read_in_the_order_of_their_paths(folder):
    reloaded = RuleFolder(folder).reload()
    assert (ids(reloaded), reloaded.errors, reloaded.changed) == (["a", "b", "c"], (), True)
    assert reloaded.rules[2].file == str(folder / "sub" / "c.yaml")


def test_nothing_changed(folder):
    rules = RuleFolder(folder)
    first, second = rules.reload(), rules.reload()
    assert (second.rules, second.changed) == (first.rules, False)


def test_a_broken_file_keeps_its_last_good_version_until_it_is_mended(folder):
    rules = RuleFolder(folder)
    good = rules.reload().rules
    (folder / "b.yaml").write_text(rule("b", "y, *z"))
    for _ in range(2):
        broken = rules.reload()
        assert (broken.rules, broken.changed) == (good, False)
        assert [(error.file, error.line) for error in broken.errors] == [(str(folder / "b.yaml"), 3)]
    (folder / "b.yaml").write_text(rule("b", "y"))
    mended = rules.reload()
    assert (mended.errors, mended.changed) == ((), True)
    assert mended.rules[1].version != good[1].version


@pytest.mark.parametrize("content", [b"", b"\0" * 10, b"\x89PNG\r\n\x1a\n\xff", b"x" * (MAX_BYTES + 1)])
def test_what_is_no_rule_file_keeps_the_last_good_version_too(folder, content):
    rules = RuleFolder(folder)
    rules.reload()
    (folder / "b.yaml").write_bytes(content)
    reloaded = rules.reload()
    assert ids(reloaded) == ["a", "b", "c"]
    assert len(reloaded.errors) == 1


def test_a_file_broken_from_the_start_leaves_the_others(folder):
    (folder / "b.yaml").write_text("rules: [")
    reloaded = RuleFolder(folder).reload()
    assert ids(reloaded) == ["a", "c"]
    assert len(reloaded.errors) == 1


def test_deleted_files_vanish(folder):
    rules = RuleFolder(folder)
    rules.reload()
    (folder / "a.yml").unlink()
    reloaded = rules.reload()
    assert (ids(reloaded), reloaded.errors, reloaded.changed) == (["b", "c"], (), True)


def test_an_id_in_two_files_is_an_error_that_names_both(folder):
    rules = RuleFolder(folder)
    rules.reload()
    (folder / "b.yaml").write_text(rule("a", "other"))
    reloaded = rules.reload()
    (error,) = reloaded.errors
    assert (error.file, error.line, error.column) == (str(folder / "b.yaml"), 2, 3)
    assert f"{folder / 'a.yml'}:2" in error.problem
    assert ids(reloaded) == ["a", "b", "c"]


def test_a_missing_folder_is_an_error_and_keeps_the_rules(folder):
    rules = RuleFolder(folder)
    before = rules.reload()
    folder.rename(folder.with_name("gone"))
    after = rules.reload()
    assert (after.rules, after.changed) == (before.rules, False)
    assert "no such folder" in after.errors[0].problem
    assert RuleFolder(folder).reload().rules == ()


def test_a_single_file_can_be_read(folder):
    assert ids(RuleFolder(folder / "b.yaml").reload()) == ["b"]


def test_an_unreadable_entry_is_reported(folder):
    (folder / "loop.yaml").symlink_to(folder / "loop.yaml")
    reloaded = RuleFolder(folder).reload()
    assert ids(reloaded) == ["a", "b", "c"]
    assert "cannot be read" in reloaded.errors[0].problem


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    (tmp_path / "words.yaml").write_text("vocabulary:\n  kim: [Kim Jong Un, Kim]\n  both: [$kim, Putin]\n  idle: [x]\n")
    (tmp_path / "a.yaml").write_text("aliases: {own: [$kim, z], lost: [y]}\nrules:\n- {id: a, any: [$both, $own]}\n")
    return tmp_path


def terms(rule) -> set[str]:
    return {str(term) for alias in rule.condition.parts for term in alias.parts}


def test_a_vocabulary_is_shared_among_files(shared):
    reloaded = RuleFolder(shared).reload()
    assert reloaded.errors == ()
    assert terms(reloaded.rules[0]) == {"Kim Jong Un", "Kim", "Putin", "z"}
    assert {name.name for name in reloaded.vocabulary} == {"kim", "both", "idle"}
    assert reloaded.unused == (
        (str(shared / "words.yaml"), 4, "idle"),
        (str(shared / "a.yaml"), 1, "lost"),
    )


def test_a_changed_vocabulary_changes_the_rules_that_use_it(shared):
    rules = RuleFolder(shared)
    before = rules.reload().rules
    (shared / "words.yaml").write_text("vocabulary:\n  kim: [Kim]\n  both: [$kim]\n")
    after = rules.reload()
    assert terms(after.rules[0]) == {"Kim", "z"}
    assert (after.changed, after.rules[0].version != before[0].version) == (True, True)


@pytest.mark.parametrize(
    ("content", "problem", "line"),
    [
        ("vocabulary:\n  kim: [$both]\n  both: [$kim]\n", "in a circle", 3),
        ("vocabulary:\n  kim: [$nobody]\n", "unknown alias $nobody", 2),
        ("vocabulary:\n  kim: ['...']\n", "no letter or digit", 2),
        ("vocabulary: [", "not YAML", 2),
    ],
)
def test_a_broken_vocabulary_keeps_its_last_good_version(shared, content, problem, line):
    rules = RuleFolder(shared)
    good = rules.reload().rules
    (shared / "words.yaml").write_text(content)
    for _ in range(2):
        broken = rules.reload()
        assert [(error.file, error.line) for error in broken.errors] == [(str(shared / "words.yaml"), line)]
        assert problem in broken.errors[0].problem
        assert broken.rules == good


def test_a_name_in_two_files_is_an_error_that_names_both(shared):
    (shared / "b.yaml").write_text("vocabulary:\n  kim: [Kim Kardashian]\n")
    error = RuleFolder(shared).reload().errors[-1]
    assert (error.file, error.line) == (str(shared / "words.yaml"), 2)
    assert f"{shared / 'b.yaml'}:2" in error.problem


def test_a_name_that_vanishes_breaks_the_rules_that_use_it(shared):
    rules = RuleFolder(shared)
    good = rules.reload().rules
    (shared / "words.yaml").write_text("vocabulary: {kim: [Kim]}\n")
    broken = rules.reload()
    assert [error.problem.split(";")[0] for error in broken.errors] == ["unknown alias $both"]
    assert broken.rules == good


def test_a_local_alias_hides_a_shared_name(shared):
    (shared / "a.yaml").write_text("aliases: {kim: [Kimberley]}\nrules:\n- {id: a, any: [$kim]}\n")
    assert terms(RuleFolder(shared).reload().rules[0]) == {"Kimberley"}


def test_defaults_of_a_folder_hold_below_it(folder):
    (folder / "_defaults.yaml").write_text("defaults: {severity: high, labels: [all], lang: en}\n")
    (folder / "sub" / "_defaults.yaml").write_text("defaults: {severity: low}\n")
    (folder / "sub" / "c.yaml").write_text("defaults: {owner: me}\n" + rule("c"))
    a, _, c = RuleFolder(folder).reload().rules
    assert (a.severity.value, a.labels, a.owner) == ("high", ("all",), "")
    assert (c.severity.value, c.labels, c.owner) == ("low", ("all",), "me")
    assert str(c.condition.parts[0].values) == "('en',)"


def test_broken_defaults_keep_their_last_good_version(folder):
    rules = RuleFolder(folder)
    (folder / "_defaults.yaml").write_text("defaults: {severity: high}\n")
    good = rules.reload().rules
    for content in ("defaults: {severity: hgih}\n", "rules: []\n", "defaults: [\n"):
        (folder / "_defaults.yaml").write_text(content)
        broken = rules.reload()
        assert broken.errors
        assert broken.rules == good
    (folder / "_defaults.yaml").unlink()
    assert RuleFolder(folder).reload().rules[0].severity.value == "medium"


class TestRestart:
    """The last good version outlives the process, where it is given a place."""

    @pytest.fixture
    def fresh(self, tmp_path):
        (tmp_path / "rules").mkdir()
        return lambda: RuleFolder(tmp_path / "rules", Kept(tmp_path / "kept"))

    def write(self, tmp_path, name, text):
        (tmp_path / "rules" / name).write_text(text)

    def test_rules_of_a_broken_file_come_back(self, tmp_path, fresh):
        self.write(tmp_path, "a.yaml", "rules: [{id: a, any: [x]}]")
        self.write(tmp_path, "b.yaml", "rules: [{id: b, any: [y]}]")
        assert [rule.id for rule in fresh().reload().rules] == ["a", "b"]
        self.write(tmp_path, "a.yaml", "rules: [{id: a, ayn: [x]}]")
        for _ in range(2):
            after = fresh().reload()
            assert [rule.id for rule in after.rules] == ["a", "b"]
            assert len(after.errors) == 1
        self.write(tmp_path, "a.yaml", "rules: [{id: c, any: [x]}]")
        assert [rule.id for rule in fresh().reload().rules] == ["c", "b"]

    def test_so_do_names_and_defaults(self, tmp_path, fresh):
        self.write(tmp_path, "names.yaml", "vocabulary: {them: [x, y]}")
        self.write(tmp_path, "_defaults.yaml", "defaults: {severity: high}")
        self.write(tmp_path, "a.yaml", "rules: [{id: a, any: [$them]}]")
        (before,) = fresh().reload().rules
        self.write(tmp_path, "names.yaml", "vocabulary: {them: [x, *y]}")
        self.write(tmp_path, "_defaults.yaml", "defaults: {severity: hihg}")
        after = fresh().reload()
        assert after.rules == (before,)
        assert len(after.errors) == 2

    def test_a_file_that_grew_too_big_or_cannot_be_read_counts_too(self, tmp_path, fresh):
        self.write(tmp_path, "a.yaml", "rules: [{id: a, any: [x]}]")
        fresh().reload()
        self.write(tmp_path, "a.yaml", "#" * (MAX_BYTES + 1))
        assert [rule.id for rule in fresh().reload().rules] == ["a"]

    def test_a_file_that_is_gone_stays_gone(self, tmp_path, fresh):
        self.write(tmp_path, "a.yaml", "rules: [{id: a, any: [x]}]")
        folder = fresh()
        folder.reload()
        (tmp_path / "rules" / "a.yaml").unlink()
        assert folder.reload().rules == ()
        self.write(tmp_path, "a.yaml", "broken: [")
        assert folder.reload().rules == ()
        assert fresh().reload().rules == ()

    def test_no_room_for_copies_is_told_and_harms_nothing(self, tmp_path):
        (tmp_path / "rules").mkdir()
        (tmp_path / "kept").write_text("a file where the folder should be")
        self.write(tmp_path, "a.yaml", "rules: [{id: a, any: [x]}]")
        kept = Kept(tmp_path / "kept")
        assert [rule.id for rule in RuleFolder(tmp_path / "rules", kept).reload().rules] == ["a"]
        assert "cannot be written" in kept.problem


def test_what_is_no_regular_file_is_told_and_never_waited_for(tmp_path):
    (tmp_path / "a.yaml").write_text("rules: [{id: a, any: [x]}]\n")
    os.mkfifo(tmp_path / "b.yaml")
    (tmp_path / "c.yaml").symlink_to("/dev/zero")
    loaded = RuleFolder(tmp_path).reload()
    assert [rule.id for rule in loaded.rules] == ["a"]
    assert [error.problem.partition(",")[0] for error in loaded.errors] == ["this is no regular file"] * 2
