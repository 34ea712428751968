"""Realistic words, people, places and moments, all from one seed."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from random import Random

from benchmark.generators.parameter_generator import people

SECONDS_PER_DAY = 86_400

_SLUG_FIRST = (
    "amber autumn bold bright calm clear crisp early fresh gentle golden grand green keen "
    "kind lively lucky mellow noble quick quiet rapid silver smart solid steady sunny "
    "swift warm wise"
).split()
_SLUG_LAST = (
    "bay breeze brook canyon cedar cliff cloud coast creek field forest garden harbor hill "
    "island lake maple meadow moon mountain oak ocean pine pond reef ridge river shore "
    "summit valley"
).split()


class Words:
    """Draws texts. The day is taken once, in UTC: the same seed gives the same values that day."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        now = datetime.now(UTC)
        self._today = now.replace(hour=0, minute=0, second=0, microsecond=0)

    def one_of(self, *options: str) -> str:
        """One of the given texts."""
        return self.random.choice(options)

    def first_name(self) -> str:
        """A person's first name."""
        return self.random.choice(people.FIRST_NAMES)

    def last_name(self) -> str:
        """A person's last name."""
        return self.random.choice(people.LAST_NAMES)

    def full_name(self) -> str:
        """First and last name."""
        return f"{self.first_name()} {self.last_name()}"

    def street_address(self) -> str:
        """A house number and a street."""
        street = f"{self.random.choice(people.STREETS)} {self.random.choice(people.STREET_KINDS)}"
        return f"{self.random.randrange(1, 1_000)} {street}"

    def city(self) -> str:
        """A town."""
        return self.random.choice(people.CITIES)

    def company(self) -> str:
        """A firm that is called after a person."""
        return f"{self.last_name()} {self.random.choice(people.FIRM_KINDS)}"

    def job(self) -> str:
        """What a person does for a living."""
        return self.random.choice(people.JOBS)

    def word(self) -> str:
        """A plain lower-case word."""
        return self.random.choice(_SLUG_LAST)

    def slug(self) -> str:
        """Two words with a hyphen: letters and hyphen are allowed nearly everywhere."""
        return f"{self.random.choice(_SLUG_FIRST)}-{self.random.choice(_SLUG_LAST)}"

    def label(self) -> str:
        """Two capitalised words."""
        return self.slug().replace("-", " ").title()

    def sentence(self) -> str:
        """A short English sentence."""
        return f"The {self.random.choice(_SLUG_FIRST)} {self.word()} lies near the {self.word()}."

    def username(self) -> str:
        """Lower-case letters and digits."""
        return f"{self.first_name().lower()}{self.random.randrange(1000, 10_000)}"

    def email(self) -> str:
        """An address in a domain that is reserved for examples (RFC 2606)."""
        first, last = self.first_name().lower(), self.last_name().lower()
        return f"{first}.{last}{self.random.randrange(100, 1_000)}@example.com"

    def password(self) -> str:
        """16 characters with lower and upper case, digits and symbols."""
        letters = "abcdefghijkmnopqrstuvwxyz"
        body = "".join(self.random.choices(letters + letters.upper() + "23456789", k=10))
        return f"Aa{body}7!x#"

    def token(self, length: int = 32) -> str:
        """Hexadecimal digits."""
        return f"{self.random.getrandbits(4 * length):0{length}x}"

    def uuid(self) -> str:
        """A random UUID of version 4."""
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def digits(self, length: int) -> str:
        """Decimal digits, the first not 0."""
        return str(self.random.randrange(10 ** (length - 1), 10**length))

    def phone(self) -> str:
        """A number in E.164 form from the range kept for fiction."""
        return f"+1202555{self.random.randrange(100, 200):04d}"

    def hostname(self) -> str:
        """A name below example.com."""
        return f"{self.slug()}.example.com"

    def url(self) -> str:
        """An https URL below example.com."""
        return f"https://example.com/{self.slug()}"

    def ipv4(self) -> str:
        """An address of the range kept for documentation (RFC 5737)."""
        return f"192.0.2.{self.random.randrange(1, 255)}"

    def ipv6(self) -> str:
        """An address of the range kept for documentation (RFC 3849)."""
        return f"2001:db8::{self.random.randrange(1, 0xFFFF):x}"

    def mac(self) -> str:
        """A locally administered hardware address."""
        return "02:" + ":".join(f"{self.random.randrange(256):02x}" for _ in range(5))

    def color(self) -> str:
        """#rrggbb."""
        return f"#{self.random.randrange(1 << 24):06x}"

    def moment(self, days: tuple[int, int]) -> datetime:
        """A second of a day that many days from today, in UTC."""
        offset = self.random.randint(*days)
        return self._today + timedelta(
            days=offset, seconds=self.random.randrange(SECONDS_PER_DAY) if offset else 0
        )

    def date_time(self, days: tuple[int, int]) -> str:
        """RFC 3339, in UTC, to the second."""
        return self.moment(days).strftime("%Y-%m-%dT%H:%M:%SZ")

    def date(self, days: tuple[int, int]) -> str:
        """YYYY-MM-DD."""
        return self.moment(days).strftime("%Y-%m-%d")
