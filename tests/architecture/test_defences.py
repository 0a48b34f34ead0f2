"""The register of defences fits the tree, and docs/SECURITY.md shows it. That each test fails without its defence is `make defences`."""

from tests.defences import page, register


def test_every_entry_names_a_place_and_a_test_that_are_there() -> None:
    for defence in register.read():
        defence.check()


def test_the_page_shows_the_register() -> None:
    text = page.PAGE.read_text()
    assert text == page.written(text, register.read()), "run: python -m tests.defences --write"


def test_nothing_is_registered_twice() -> None:
    attacks = [defence.attack for defence in register.read()]
    assert len(set(attacks)) == len(attacks)
