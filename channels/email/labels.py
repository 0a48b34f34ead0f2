"""What a mail is besides its words: signed, encrypted, an invitation — one sentence each, for the agent who sees it."""

from channels.email.mime import OPAQUE, Part

_SMIME_SIGNATURES = frozenset({"application/pkcs7-signature", "application/x-pkcs7-signature"})
_PGP_ENCRYPTED = "-----BEGIN PGP MESSAGE-----"
_PGP_SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----"
_SIGNED = "The mail is signed with {}; the signature was not checked."
_ENCRYPTED = "The mail is encrypted with {}; it cannot be read here."


def labels_of(root: Part, text: str) -> list[str]:
    """Return the sentences for a mail, each once."""
    found: dict[str, None] = {}
    opened: set[int] = set()
    for part in root.walk():
        if part.media_type == "multipart/signed":
            opened.update(id(child) for child in part.children if child.media_type in OPAQUE)
        label = _SIGNED.format("S/MIME") if id(part) in opened else _label(part)
        if label:
            found[label] = None
    start = text[:4000]
    if _PGP_ENCRYPTED in start:
        found[_ENCRYPTED.format("PGP")] = None
    elif _PGP_SIGNED in start:
        found[_SIGNED.format("PGP")] = None
    return list(found)


def _label(part: Part) -> str | None:
    media_type = part.media_type
    if media_type in OPAQUE:
        return _ENCRYPTED.format("S/MIME") if part.parameter("smime-type").lower() in ("", "enveloped-data", "authenveloped-data") else None
    if media_type in _SMIME_SIGNATURES:
        return _SIGNED.format("S/MIME")
    if media_type == "application/pgp-signature":
        return _SIGNED.format("PGP")
    if media_type == "application/pgp-encrypted":
        return _ENCRYPTED.format("PGP")
    if media_type in ("text/calendar", "application/ics"):
        method = part.parameter("method").strip().upper()
        return f"The mail holds a calendar file ({method})." if method.isalpha() else "The mail holds a calendar file."
    return None
