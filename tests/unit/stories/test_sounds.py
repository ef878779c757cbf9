"""Names as they sound: one key in every script and language, and different ones for different names."""

import pytest

from monitor.stories.sounds import sound_of
from monitor.stories.vocabulary import stem


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
