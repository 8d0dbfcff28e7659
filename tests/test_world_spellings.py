"""Surnames as other scripts and languages than those of their lists write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cognomen.corpora.world.belarusian import BEARERS, SHARES, in_belarus, in_belarusian
from cognomen.corpora.world.chinese import in_simplified, in_traditional
from cognomen.corpora.world.cyrillic import azerbaijani, bulgarian, in_russian_letters, mongolian, uzbek
from cognomen.corpora.world.english import in_english
from cognomen.corpora.world.romanise import ROMANISERS, from_belarusian, from_russian

# Of persons whose names are known in both languages.
BELARUSIAN = {
    "Козлов": ("Казлоў", "Kazlou"),
    "Ковалёв": ("Кавалёў", "Kavaliou"),
    "Иванов": ("Іваноў", "Ivanou"),
    "Морозов": ("Марозаў", "Marozau"),
    "Лукашенко": ("Лукашэнка", "Lukashenka"),
    "Тихановская": ("Ціханоўская", "Tsikhanouskaya"),
    "Тихановский": ("Ціханоўскі", "Tsikhanouski"),
    "Азаренко": ("Азарэнка", "Azarenka"),
    "Соболенко": ("Сабаленка", "Sabalenka"),
    "Александров": ("Аляксандраў", "Aliaksandrau"),
    "Короткевич": ("Караткевіч", "Karatkevich"),
    "Беляцкий": ("Бяляцкі", "Bialiatski"),
    "Зайцев": ("Зайцаў", "Zaitsau"),
    "Гринкевич": ("Грынкевіч", "Hrynkevich"),
    "Гончарова": ("Ганчарова", "Hancharova"),
    "Дмитриев": ("Дзмітрыеў", "Dzmitryieu"),
    "Домрачева": ("Дамрачэва", "Damracheva"),
    "Герасименя": ("Герасіменя", "Herasimenia"),
    "Мелешко": ("Мялешка", "Mialeshka"),
    "Шевченко": ("Шаўчэнка", "Shauchenka"),
    "Мельник": ("Мельнік", "Melnik"),
    "Горбачёв": ("Гарбачоў", "Harbachou"),
    "Петров": ("Пятроў", "Piatrou"),
    "Медведев": ("Мядзведзеў", "Miadzvedzeu"),
    "Матвеев": ("Мацвееў", "Matsveieu"),
    "Григорьев": ("Грыгорʼеў", "Hryhorieu"),
    "Соловьёв": ("Салаўёў", "Salauyou"),
    "Ковальчук": ("Кавальчук", "Kavalchuk"),
    "Савчук": ("Саўчук", "Sauchuk"),
    "Сорока": ("Сарока", "Saroka"),
    "Щербаков": ("Шчарбакоў", "Shcharbakou"),
    "Ефимов": ("Яфімаў", "Yafimau"),
    "Никитин": ("Нікіцін", "Nikitsin"),
    "Василёнок": ("Васілёнак", "Vasilionak"),
    "Жук": ("Жук", "Zhuk"),
    "Станкевич": ("Станкевіч", "Stankevich"),
}


@pytest.mark.parametrize("russian", BELARUSIAN)
def test_russian_lists_in_belarusian(russian: str) -> None:
    native, roman = BELARUSIAN[russian]
    spellings = in_belarusian(russian)
    assert native in spellings
    assert len(spellings) <= 2
    assert from_belarusian(native) == roman


@given(st.text("абвгдеёжзийклмнопрстуфхцчшщъыьэюя", min_size=1, max_size=12))
def test_any_russian_word_has_a_belarusian_spelling(word: str) -> None:
    for spelling in in_belarusian(word):
        assert not set(spelling.lower()) & set("ищъ")
        assert from_belarusian(spelling).isascii()


def test_names_of_belarus_are_of_the_kinds_around_it() -> None:
    """Russian forms such as Черных are left out."""
    rows = [("Russian", "Козлов", 30.0), ("Russian", "Черных", 90.0), ("Russian", "Жук", 10.0)]
    rows += [("Ukrainian", "Савчук", 7.0), ("Belarusian", "Станкевич", 5.0), ("Armenian", "Саркисян", 9.0)]
    found = {tuple(spellings): bearers for spellings, bearers in in_belarus(rows)}
    assert set(found) == {("Казлоў", "Козлаў"), ("Жук",), ("Саўчук",), ("Станкевіч",)}
    assert found["Казлоў", "Козлаў"] == pytest.approx(SHARES["Russian"] * BEARERS * 0.75)
    assert found["Станкевіч",] == pytest.approx(SHARES["Belarusian"] * BEARERS)
    assert list(in_belarus([])) == []


@pytest.mark.parametrize(
    ("latin", "cyrillic"),
    [
        ("Karimov", "Каримов"),
        ("Xolmatov", "Холматов"),
        ("Qodirov", "Қодиров"),
        ("Mirziyoyev", "Мирзиёев"),
        ("To‘xtayev", "Тўхтаев"),
        ("G'aniyev", "Ғаниев"),
        ("Yo‘ldoshev", "Йўлдошев"),
        ("Eshonqulov", "Эшонқулов"),
        ("Mas’udov", "Масъудов"),
    ],
)
def test_uzbek_in_cyrillic(latin: str, cyrillic: str) -> None:
    assert uzbek(latin) == cyrillic


@pytest.mark.parametrize(
    ("latin", "cyrillic"),
    [
        ("Batbayar", "Батбаяр"),
        ("Tserendorj", "Цэрэндорж"),
        ("Sükhbaatar", "Сүхбаатар"),
        ("Khürelsükh", "Хүрэлсүх"),
        ("Khurelsukh", "Хүрэлсүх"),
        ("Purevdorj", "Пүрэвдорж"),
        ("Jargalsaikhan", "Жаргалсайхан"),
        ("Erdene-Ochir", "Эрдэнэ-Очир"),
        ("Altankhuyag", "Алтанхуяг"),
        ("Oyuun", "Оюун"),
        ("Üüriintuya", "Үүрийнтуя"),
    ],
)
def test_mongolian_in_cyrillic(latin: str, cyrillic: str) -> None:
    assert mongolian(latin) == cyrillic


@pytest.mark.parametrize(
    ("latin", "cyrillic"),
    [
        ("Məmmədov", "Мамедов"),
        ("Hüseynov", "Гусейнов"),
        ("Əliyev", "Алиев"),
        ("Həsənov", "Гасенов"),
        ("Əhmədov", "Ахмедов"),
        ("Quliyev", "Кулиев"),
        ("Cəfərov", "Джаферов"),
        ("İsmayılov", "Исмаилов"),
        ("Rzayeva", "Рзаева"),
        ("Rəhimov", "Рагимов"),
        ("Qurbanov", "Курбанов"),
        ("Süleymanov", "Сулейманов"),
    ],
)
def test_azerbaijani_in_russian(latin: str, cyrillic: str) -> None:
    assert azerbaijani(latin) == cyrillic


@pytest.mark.parametrize(
    ("latin", "cyrillic"),
    [("Georgiev", "Георгиев"), ("Zhelyazkov", "Желязков"), ("Shterev", "Щерев"), ("Goshteva", "Гощева")],
)
def test_bulgarian_in_cyrillic(latin: str, cyrillic: str) -> None:
    assert bulgarian(latin) == cyrillic


def test_other_cyrillic_letters_on_a_russian_keyboard() -> None:
    assert in_russian_letters("тоқаев") == {"токаев"}
    assert in_russian_letters("хүрэлсүх") == {"хурэлсух"}
    assert in_russian_letters("ғаниев") == {"ганиев"}


@pytest.mark.parametrize(
    ("origin", "native", "english"),
    [
        ("Russian", "Достоевский", "Dostoyevsky"),
        ("Russian", "Николаев", "Nikolayev"),
        ("Russian", "Ельцин", "Yeltsin"),
        ("Russian", "Навальный", "Navalny"),
        ("Russian", "Ковалёв", "Kovalyov"),
        ("Russian", "Горбачёв", ""),
        ("Russian", "Григорьев", "Grigoryev"),
        ("Russian", "Алексеев", "Alexeyev"),
        ("Russian", "Аксаков", ""),
        ("Russian", "Зайцев", "Zaitsev"),
        ("Russian", "Толстой", ""),
        ("Russian", "", ""),
        ("Ukrainian", "Зеленський", "Zelensky"),
        ("Ukrainian", "Яценюк", "Yatsenyuk"),
        ("Ukrainian", "Клюєв", "Klyuyev"),
        ("Ukrainian", "Шевчук", ""),
        ("Kazakh", "Назарбаев", "Nazarbayev"),
        ("Kazakh", "Тоқаев", "Tokayev"),
        ("Belarusian", "Гурский", "Gursky"),
        ("Greek", "Στεφανίδης", "Stephanides"),
        ("Greek", "Γεωργιάδης", "Georgiades"),
        ("Greek", "Χαραλάμπους", "Charalambous"),
        ("Greek", "Χατζηδάκης", "Hatzidakis"),
        ("Greek", "Οικονόμου", "Economou"),
        ("Greek", "Ευσταθίου", ""),
        ("Armenian", "Քարդաշյան", "Kardashian"),
        ("Bulgarian", "Георгиев", ""),
        ("English", "Smith", ""),
    ],
)
def test_as_english_texts_write_them(origin: str, native: str, english: str) -> None:
    roman = ROMANISERS[origin](native) if origin in ROMANISERS else ""
    assert in_english(origin, native, roman or from_russian(native)) == english


@pytest.mark.parametrize(
    ("simplified", "traditional"),
    [("习", {"習"}), ("欧阳", {"歐陽"}), ("钟", {"鍾", "鐘"}), ("李", {"李"}), ("后", {"后"}), ("", {""})],
)
def test_the_characters_of_both_scripts(simplified: str, traditional: set[str]) -> None:
    assert in_traditional(simplified) == traditional
    assert {in_simplified(each) for each in traditional} == {simplified}
