"""Who is on the demo desk: the staff of a pretend lamp shop and its customers. Nobody exists: names are made up, domains end in .example, numbers are reserved for fiction."""

from collections.abc import Mapping
from dataclasses import dataclass

from staff.values import Role

TIME_ZONE = "Europe/London"
SPANS = tuple((weekday, "09:00", "18:00") for weekday in range(5))
# The same for all: the demo desk is a show, and its sign-ins are printed at every start.
PASSWORD = "lamps-and-light"  # noqa: S105 - printed at every start


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """Somebody who answers; `team` is None for who looks after all."""

    key: str
    name: str
    role: Role
    team: str | None

    @property
    def email(self) -> str:
        """The address they sign in with."""
        return f"{self.key}@lumen.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoInbox:
    """An address of the shop; the settings would be a vendor's, were it real."""

    key: str
    channel: str
    name: str
    address: str
    settings: Mapping[str, str]
    reopen_days: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A customer, with the ways they write; `signature` ends their mails."""

    key: str
    name: str
    email: str = ""
    phone: str = ""
    telegram_id: int = 0
    locale: str = "en"
    signature: str = ""


TEAMS = {"tier1": "Tier 1", "billing": "Billing"}

STAFF = (
    Colleague(key="ines", name="Ines Duarte", role=Role.ADMIN, team=None),
    Colleague(key="ravi", name="Ravi Menon", role=Role.AGENT, team="tier1"),
    Colleague(key="sofia", name="Sofia Lindqvist", role=Role.AGENT, team="tier1"),
    Colleague(key="amara", name="Amara Okafor", role=Role.AGENT, team="billing"),
    Colleague(key="kenji", name="Kenji Mori", role=Role.AGENT, team="billing"),
)

# By the word that the stories use. Chats and texts are short: what begins again after a while is another matter.
INBOXES = {
    "mail": DemoInbox(
        key="demo-mail",
        channel="email",
        name="Lumen support",
        address="support@lumen.example",
        settings={"smtp_host": "smtp.lumen.example"},
        reopen_days=7,
    ),
    "sms": DemoInbox(
        key="demo-sms",
        channel="sms",
        name="Text messages",
        address="+12025550100",
        settings={"account_sid": "AC00000000000000000000000000000000", "auth_token": "demo-auth-token"},
        reopen_days=2,
    ),
    "telegram": DemoInbox(
        key="demo-telegram",
        channel="telegram",
        name="Telegram",
        address="@lumen_bot",
        settings={"bot_token": "100000:demo-token", "secret_token": "demo-secret-token", "mode": "webhook"},
        reopen_days=2,
    ),
    "chat": DemoInbox(
        key="demo-chat",
        channel="chat",
        name="Shop chat",
        address="lumen.example",
        settings={"greeting": "Hello! Ask us anything about lamps. On weekdays from 9 to 18h we answer in minutes."},
        reopen_days=1,
    ),
}

_PEOPLE = (
    Person(key="asha", name="Asha Rao", email="asha.rao@mail.example", phone="+447700900112", telegram_id=700112, signature="Asha Rao\n+44 7700 900112"),
    Person(key="tom", name="Tom Becker", email="tom.becker@post.example", signature="Tom"),
    Person(key="zoe", name="Zoë Lindgren", email="zoe@lindgren.example", signature="Zoë"),
    Person(
        key="maya", name="Maya Cohen", email="maya.cohen@mail.example", phone="+447700900118", telegram_id=700118, signature="--\nMaya Cohen\n+44 7700 900118"
    ),
    Person(
        key="lukasz", name="Łukasz Wójcik", email="lukasz@wojcik.example", phone="+447700900131", signature="Best regards\nŁukasz Wójcik\ntel. +44 7700 900131"
    ),
    Person(
        key="ingrid",
        name="Ingrid Solheim",
        email="ingrid@fjordblikk.example",
        locale="nb",
        signature="Ingrid Solheim\nHotel Fjordblikk\nStrandveien 12",
    ),
    Person(key="dimitri", name="Δημήτρης Παπαδόπουλος", email="dimitris@papadopoulos.example", locale="el", signature="Dimitris"),
    Person(key="chloe", name="Chloé Dubois", email="chloe.dubois@courrier.example", locale="fr", signature="Chloé Dubois"),
    Person(key="hiro", name="山田 浩", email="yamada@tegami.example", locale="ja", signature="Hiroshi Yamada"),
    Person(key="grace", name="Grace Mwangi", email="grace.mwangi@mail.example", signature="Grace Mwangi\nMwangi Studio"),
    Person(key="oliver", name="Oliver Hughes", email="oliver@hughes.example", signature="Oliver"),
    Person(key="fatima", name="Fatima El Amrani", email="fatima@elamrani.example", signature="Fatima El Amrani\n+44 7700 900193"),
    Person(key="anna", name="Анна Коваль", email="anna.koval@poshta.example", locale="uk", signature="Anna Koval"),
    Person(key="mateo", name="Mateo Álvarez", email="mateo@alvarez.example", locale="es", signature="Mateo Álvarez\nNIF 00000000T"),
    Person(key="dan", name="Dan Whitaker", phone="+12025550143"),
    Person(key="priya", name="Priya Nair", phone="+447700900145"),
    Person(key="sean", name="Seán Ó Briain", phone="+447700900152"),
    Person(key="kwame", name="Kwame Boateng", phone="+447700900160"),
    Person(key="bea", name="Beatriz Sousa", phone="+447700900171", locale="pt"),
    Person(key="noor", name="نور حداد", phone="+447700900127", telegram_id=700127, locale="ar"),
    Person(key="liwei", name="李伟", telegram_id=700201, locale="zh"),
    Person(key="olena", name="Олена Шевченко", telegram_id=700202, locale="uk"),
    Person(key="jun", name="박준호", telegram_id=700203, locale="ko"),
    Person(key="carla", name="Carla Moretti", telegram_id=700204, locale="it"),
    Person(key="emeka", name="Emeka Obi", telegram_id=700205),
    Person(key="nina", name="Nina Petersen"),
    Person(key="sam", name="Sam"),
    Person(key="yuki", name="Yuki Tanaka", email="yuki@tanaka.example"),
)

PEOPLE = {person.key: person for person in _PEOPLE}
