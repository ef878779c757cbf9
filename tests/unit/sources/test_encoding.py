"""Bytes to text, and which language it is."""

import pytest

from monitor.sources.encoding import decode, is_binary
from monitor.sources.language import code_of, detect

RUSSIAN = "Новости дня: мост через реку открыт после ремонта."
POLISH = "Wiadomości dnia: most został otwarty, a kierowcy się cieszą."
JAPANESE = "今日のニュース：橋が再び開通しました。"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (RUSSIAN, "utf-8"),
        (RUSSIAN, "utf-8-sig"),
        (RUSSIAN, "utf-16"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        (POLISH, "cp1250"),
        ("Une année très chargée à l’été pour les élèves", "cp1252"),
        (JAPANESE, "shift_jis"),
        (JAPANESE, "euc_jp"),
        ("今天的新闻：大桥重新开放，交通恢复正常。", "gb18030"),
        ("أخبار اليوم: أعيد فتح الجسر بعد الإصلاح", "cp1256"),
        (RUSSIAN, "iso8859-5"),
        (POLISH, "iso8859-2"),
        ("زلزال قوي يضرب المدينة والسلطات تبحث عن ناجين", "iso8859-6"),
        ("서울에서 대규모 정전이 발생했다", "euc_kr"),
        (JAPANESE, "iso2022_jp"),
        ("Plain <xml> only", "utf-16-le"),
        ("<?xml?><서울에서대규모정전/>", "utf-16-le"),
        ("<서울에서대규모정전/>", "utf-16-be"),
    ],
)
def test_undeclared_encodings_are_told_apart(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize(
    ("data", "declared", "text"),
    [
        ("Zürich".encode(), "iso-8859-1", "Zürich"),
        ("Zürich".encode("latin-1"), "utf-8", "Zürich"),
        ("it’s".encode("cp1252"), "iso-8859-1", "it’s"),
        (RUSSIAN.encode("cp1251"), "iso-8859-1", RUSSIAN),
        (RUSSIAN.encode("koi8-r"), "us-ascii", RUSSIAN),
        (
            "东京发生大规模停电，约十万户受到影响。".encode("gbk"),
            "iso-8859-1",
            "东京发生大规模停电，约十万户受到影响。",
        ),
        ("Señal café à la crème".encode("latin-1"), "iso-8859-1", "Señal café à la crème"),
        ("It’s a café, too".encode("cp1252"), "windows-1252", "It’s a café, too"),
        ("François Mitterrand".encode("latin-1"), "iso-8859-1", "François Mitterrand"),
        ("你好".encode("gbk"), "gb2312", "你好"),
        ("こんにちは".encode("iso2022_jp"), "iso-2022-jp", "こんにちは"),
        (b"abc", "no-such-charset", "abc"),
        (b"abc", "base64", "abc"),
    ],
)
def test_declarations_are_believed_where_they_can_be_true(data: bytes, declared: str, text: str) -> None:
    assert decode(data, declared) == text


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", bytes(range(256)) * 4, b"PK\x03\x04\x14\0\0\0"])
def test_binary_is_no_text(data: bytes) -> None:
    assert is_binary(data)
    assert not is_binary(RUSSIAN.encode("koi8-r"))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The United States allowed Ukraine to fire long-range missiles", "en"),
        ("Президент підписав закон про бюджет на наступний рік", "uk"),
        (RUSSIAN, "ru"),
        ("short", ""),
        ("https://a.example/one/very/long/address/that/says/nothing", ""),
    ],
)
def test_languages(text: str, code: str) -> None:
    assert detect(text) == code


def test_language_tags() -> None:
    assert [code_of(tag) for tag in ("en-GB", "EN_us", "ukr", "zh-Hans-CN", "x", "", "english")] == [
        "en", "en", "uk", "zh", "", "", "",
    ]  # fmt: skip
