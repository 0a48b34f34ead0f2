"""What e-mail can do, apart from the adapter, so that listing the channels imports no mail library."""

from channels.contract import Feature, Manifest
from channels.email.settings import EmailSettings
from kernel.claims import IdentityKind

MANIFEST = Manifest(
    channel="email",
    name="E-mail",
    identity_kind=IdentityKind.EMAIL,
    features=frozenset({Feature.SUBJECT, Feature.HTML, Feature.ATTACHMENTS, Feature.QUOTES_HISTORY, Feature.REACHES_ANYONE}),
    text_limit=None,
    settings=EmailSettings,
)
