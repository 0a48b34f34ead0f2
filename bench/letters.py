"""What customers write, on every channel: who goes on with a conversation, who begins one, and words of which few are common and most are rare."""

import random
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

CHANNELS = ("sms", "chat", "telegram", "email")
GOES_ON = 0.4
_MOST_EACH = 6
_WORDS = 4_000
_SYLLABLES = {
    "en": ("b c d f g h l m n p r s t w", "a e i o u ea"),
    "de": ("b d f g k l m n r s sch t z", "a e i o u ä ö ü ei"),
    "fr": ("b c ch d f j l m n p r s t v", "a e i o u é è ou"),
    "pl": ("b c cz d g k ł m n r s sz w", "a e i o u ą ę y"),
    "ru": ("б в г д ж к л м н п р с т", "а е и о у ы я"),
    "el": ("β γ δ κ λ μ ν π ρ σ τ", "α ε η ι ο υ ω"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One message. `person` is the number of the letter with which this conversation began, `earlier` are its numbers before this one."""

    channel: str
    number: int
    person: int
    earlier: tuple[int, ...]
    language: str
    text: str


@dataclass(slots=True)
class _Thread:
    person: int
    language: str
    numbers: tuple[int, ...]


@dataclass(slots=True)
class _Threads:
    """The conversations of one channel: those that may go on now, and those whose last letter may still be on its way."""

    free: list[_Thread] = field(default_factory=list)
    on_its_way: deque[_Thread] = field(default_factory=deque)


def letters(channels: Sequence[str], count: int, *, apart: int, seed: int = 11) -> Iterator[Letter]:
    """Yield so many letters, the channels in turn; four in ten go on with a conversation whose last letter lies at least `apart` letters back."""
    dice = random.Random(seed)
    words = {language: _vocabulary(dice, language) for language in _SYLLABLES}
    weights = list(accumulate(1 / rank for rank in range(1, _WORDS + 1)))
    known = {channel: _Threads() for channel in channels}
    for number in range(count):
        channel = channels[number % len(channels)]
        thread = _next(dice, known[channel], number, apart)
        text = " ".join(dice.choices(words[thread.language], cum_weights=weights, k=dice.randint(20, 60))).capitalize() + "."
        yield Letter(channel=channel, number=number, person=thread.person, earlier=thread.numbers, language=thread.language, text=text)
        thread.numbers += (number,)
        if len(thread.numbers) < _MOST_EACH:
            known[channel].on_its_way.append(thread)


def _next(dice: random.Random, known: _Threads, number: int, apart: int) -> _Thread:
    while known.on_its_way and known.on_its_way[0].numbers[-1] <= number - apart:
        known.free.append(known.on_its_way.popleft())
    if known.free and dice.random() < GOES_ON:
        at = dice.randrange(len(known.free))
        known.free[at], known.free[-1] = known.free[-1], known.free[at]
        return known.free.pop()
    return _Thread(number, dice.choice(list(_SYLLABLES)), ())


def _vocabulary(dice: random.Random, language: str) -> list[str]:
    consonants, vowels = (letters.split() for letters in _SYLLABLES[language])
    return ["".join(dice.choice(consonants) + dice.choice(vowels) for _ in range(dice.choice((1, 2, 2, 3)))) for _ in range(_WORDS)]
