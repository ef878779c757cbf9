"""Names as they sound: one key in every script and language, and different ones for different names."""

import pytest

from monitor.stories.grouping import Grouper
from monitor.stories.sounds import sound_of
from monitor.stories.vocabulary import stem
from tests.unit.stories.stream import START, make

STRIKE = "Three people were killed in a Russian drone strike on Sumy in Ukraine on Sunday, mayor Artem Kobzar said."


@pytest.mark.parametrize(
    "spellings",
    [
        "Konotop Конотоп Конотопі Конотопе",
        "Zaporizhzhia Запоріжжю Запорожье",
        "Semenikhin Семеніхін Семенихину",
        "Kyiv Kiev Київ Києві Киеве",
        "Sumy Суми Сумах",
        "Kharkiv Харків Харькове",
        "Odesa Одесі Одесса",
        "Kohut Когут Когута",
        "Zelensky Зеленський Зеленского",
        "Syniehubov Синєгубов Синегубову",
    ],
)
def test_one_name_has_one_sound(spellings):
    sounds = {sound_of(stem(name.casefold())) for name in spellings.split()}
    assert len(sounds) == 1
    assert "" not in sounds


@pytest.mark.parametrize(
    "names", ["Kharkiv Kherson", "Poltava Полтавка", "Odesa Суми", "Kyiv Конотоп", "Fedorov Федоренко"]
)
def test_other_names_sound_otherwise(names):
    one, other = (sound_of(stem(name.casefold())) for name in names.split())
    assert one != other


@pytest.mark.parametrize("name", ["", "я", "Oh", "Ай", "…"])
def test_what_is_too_short_to_tell_names_apart_has_none(name):
    assert sound_of(name.casefold()) == ""


@pytest.mark.parametrize(
    ("title", "text", "relation"),
    [
        (
            "Удар по Сумах",
            "Троє людей загинули після атаки дрона на Суми, повідомив міський голова Артем Кобзар.",
            "same-story",
        ),
        (
            "Удар по Сумам",
            "Три человека погибли при атаке дрона на Сумы, сообщил мэр города Артем Кобзарь.",
            "same-story",
        ),
        ("Обстріл Херсона", "Росія обстріляла Херсон, одна людина загинула, повідомив Олександр Прокудін.", "new"),
        ("Зеленський у Києві", "Президент України Володимир Зеленський у Києві вручив нагороди військовим.", "new"),
    ],
)
def test_reports_in_other_letters_join_by_names_that_few_have(title, text, relation):
    """Countries, capitals and first names in common make no story."""
    grouper = Grouper()
    told = make("one", "1", "Drone strike on Sumy kills three", STRIKE, START, lang="en")
    grouper.admit(told, grouper.decide(told))
    lang = "ru" if "Сумам" in title else "uk"
    assert grouper.decide(make("two", "2", title, text, START, lang=lang)).relation == relation
