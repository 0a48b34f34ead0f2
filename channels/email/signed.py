"""What a signature says about its owner: name, title, company, telephones, addresses, domains; for identity resolution to weigh."""

import re
from dataclasses import dataclass

from channels.email.lines import is_rule, plain
from channels.email.phrases import listed
from channels.email.signature_phrases import DISCLAIMERS, LIST_FOOTERS
from kernel.claims import Claim, IdentityKind, Trust
from kernel.text import fold

_MOST_LINES = 30
_MOST_OF_EACH = 4
_LONGEST = 300
_PHONE = re.compile(r"(?<![\w+./-])(?:\+|00)[1-9][\d ()./\u00a0–-]{6,24}\d(?!\w)|(?<![\w+./-])\(?0?\d[\d ()./\u00a0–-]{5,20}\d(?!\w)")
_LABEL = re.compile(
    r"(?:tel|tél|tèl|phone|fon|mob|cell|handy|gsm|móvil|movil|cel|portable|téléphone|direct|durchwahl|office|work|home|hotline|whatsapp|call|puh|тел|моб"
    r"|電話|电话|手机|手機|携帯|전화|휴대|τηλ|κιν|טל|هاتف|đt)[^\d+:]{0,14}:?\s*$|(?:^|[\s|,·•])[tpmcd]\s?[.:|]?\s*$"
)
_FAX = re.compile(r"(?:fax|факс|传真|傳真|팩스|φαξ|ファ[ッツ]クス|(?:^|[\s|,·•])f\s?[.:|]?)[^\d]{0,8}$")
_ADDRESS = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}")
_DOMAIN = re.compile(r"(?:https?://|(?<![\w@.-])www\.)((?:[\w-]{1,63}\.){1,6}[^\W\d_]{2,20})", re.IGNORECASE)
_COMPANY = re.compile(
    r"(?<!\w)(?:gmbh|ag|kg|ohg|ug|e\.\s?v\.|ltd\.?|limited|inc\.?|llc|llp|plc|corp\.?|corporation|company|co\.|s\.?a\.?|s\.?a\.?s\.?|sarl|s\.?l\.?|s\.?r\.?l\.?"
    r"|s\.?p\.?a\.?|lda\.?|ltda\.?|b\.?v\.?|n\.?v\.?|a/s|aps|as|asa|ab|oyj?|sp\. z o\.\s?o\.|s\.r\.o\.|a\.s\.|kft\.?|zrt\.?|d\.o\.o\.|оао|ооо|зао|тов|a\.ş\."
    r"|α\.ε\.|university|universität|université|bank|group|institute)(?!\w)",
    re.IGNORECASE,
)
_COMPANY_SIGNS = ("株式会社", "有限公司", "有限会社", "주식회사", "(주)")
_TITLES = listed(
    """
    chief|ceo|cto|cfo|coo|cmo|president|founder|owner|partner|director|manager|head of|lead|engineer
    developer|designer|architect|consultant|analyst|assistant|coordinator|officer|secretary|specialist
    executive|representative|agent|accountant|lawyer|attorney|professor|doctor|ph.d|phd|teacher
    researcher|editor|administrator|supervisor|technician|sales|marketing|support|recruiter|buyer
    geschäftsführ|leiter|vertrieb|einkauf|entwickl|ingenieur|berater|sachbearbeit|assistent|vorstand
    prokurist|inhaber|referent|buchhalt|directeur|directrice|gérant|responsable|ingénieur|président
    comptable|conseill|chargé|director|gerente|ingenier|jefe|encargad|presidente|direttore|responsabile
    ingegnere|titolare|amministrat|diretor|coordenador|engenheir|directeur|eigenaar|medewerker
    adviseur|chef|leder|udvikler|utvecklare|ansvarig|daglig leder|toimitusjohtaja|päällikkö|dyrektor
    kierownik|specjalista|inżynier|ředitel|manažer|jednatel|директор|менеджер|руководитель|инженер
    керівник|інженер|müdür|uzman|mühendis|διευθυντ|经理|總監|总监|主任|工程师|董事|部長|課長|社長|代表取締役|取締役|担当|대표|이사|부장|과장|팀장|매니저
    """
)
_CLOSINGS = listed(
    """
    regards|best regards|kind regards|warm regards|kindest regards|best wishes|best,|best|sincerely|yours|yours sincerely
    yours truly|yours faithfully|cheers|thanks|thank you|many thanks|thanks and regards|thanks & regards|respectfully
    mit freundlichen grüßen|mit freundlichem gruß|freundliche grüße|viele grüße|beste grüße|liebe grüße|herzliche grüße
    mfg|vg|lg|grüße|gruß|hochachtungsvoll|cordialement|bien cordialement|bien à vous|salutations|merci
    saludos|un saludo|atentamente|saludos cordiales|gracias|cordiali saluti|distinti saluti|saluti|grazie|atenciosamente
    cumprimentos|com os melhores cumprimentos|obrigado|obrigada|met vriendelijke groet|vriendelijke groeten
    groeten|groet|mvg|med venlig hilsen|venlig hilsen|mvh|hilsen|vh|med vänliga hälsningar
    vänliga hälsningar|hälsningar|med vennlig hilsen|vennlig hilsen|ystävällisin terveisin|terveisin
    pozdrawiam|z poważaniem|s pozdravem|děkuji|s úctou|с уважением|спасибо|з повагою|дякую|saygılarımla
    teşekkürler|με εκτίμηση|ευχαριστώ|üdvözlettel|cu stimă|trân trọng|בברכה|תודה|مع أطيب التحيات|شكرا
    此致|谢谢|祝好|敬上|谨上|よろしくお願いいたします|よろしくお願いします|以上|감사합니다|드림
    """
)
_NOT_A_NAME = re.compile(r"[\d@:/|<>=_*\\#!?]|www\.|^-|--")
_OTHERS = ("mailing list", "unsubscribe", "subscribed to", "@lists.", "googlegroups", "abbestellen", "désabonner", "virus")
_SHARED_BOXES = re.compile(r"(?:no-?reply|unsubscribe|abuse|privacy|postmaster|mailer-daemon|disclaimer)[.+@-]", re.IGNORECASE)
_PARTS = re.compile(r"\s+[|•·–—-]\s+|\s*[|•·]\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureFacts:
    """What a signature says, as written; each of the lists holds at most four, in their order. Telephones have a country code or a label; faxes are left out."""

    name: str | None = None
    title: str | None = None
    company: str | None = None
    phones: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()

    def claims(self) -> tuple[Claim, ...]:
        """Return the facts that identity resolution can weigh: other ways to reach the owner, with the name that stands beside them."""
        phones = [Claim(kind=IdentityKind.PHONE, value=phone, trust=Trust.SIGNED, name=self.name) for phone in self.phones]
        addresses = [Claim(kind=IdentityKind.EMAIL, value=address, trust=Trust.SIGNED, name=self.name) for address in self.addresses]
        return (*phones, *addresses)


def signature_facts(signature: str, sender_name: str | None = None) -> SignatureFacts:
    """Return what the first 30 lines of a signature say. A line that holds the sender's own name decides what the name is."""
    lines = _of_the_owner(signature)
    phones = [phone for line in lines for phone in _phones(line)]
    addresses = [found[0].rstrip(".") for line in lines for found in _ADDRESS.finditer(line) if _SHARED_BOXES.match(found[0]) is None]
    domains = [found[1].lower().removeprefix("www.") for line in lines for found in _DOMAIN.finditer(line)]
    pieces = [piece.strip(" ,") for line in lines for piece in _PARTS.split(line)]
    name = _name(pieces, sender_name)
    rest = [_beside(piece, name) for piece in pieces if piece]
    return SignatureFacts(
        name=name,
        title=next((piece for piece in rest if _is_title(piece)), None),
        company=next((piece for piece in rest if _is_company(piece)), None),
        phones=_first(phones),
        addresses=_first(addresses),
        domains=_first(domains),
    )


def _of_the_owner(signature: str) -> list[str]:
    """Return the lines that speak of the owner: a list's or a lawyer's paragraph names addresses that are not theirs."""
    kept: list[str] = []
    paragraph: list[str] = []
    for line in [*signature.split("\n", _MOST_LINES * 3)[: _MOST_LINES * 3], ""]:
        text = plain(line[:_LONGEST]).strip("*_ ")
        if text:
            paragraph.append(text)
        if paragraph and (not text or is_rule(text, least=10)):
            folded = " ".join(paragraph).lower()
            is_owners = not any(word in folded for word in _OTHERS) and not folded.lstrip("-_<> ").startswith((*LIST_FOOTERS, *DISCLAIMERS))
            kept += paragraph if is_owners else []
            paragraph = []
    return kept[:_MOST_LINES]


def closing_of(reply: str) -> str | None:
    """Return what stands below the closing words of a reply ("Regards,"), where no delimiter parts it from the words above; None where there is nothing."""
    lines = reply[-4000:].split("\n")
    for index in range(len(lines) - 2, max(-1, len(lines) - 16), -1):
        if plain(lines[index]).lower().strip(" ,.!;*") in _CLOSINGS:
            return "\n".join(lines[index + 1 :]).strip("\n") or None
    return None


def _first(found: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found))[:_MOST_OF_EACH]


def _phones(line: str) -> list[str]:
    numbers = []
    for found in _PHONE.finditer(line):
        before = line[max(0, found.start() - 30) : found.start()].lower()
        number = " ".join(found[0].replace("(0)", " ").split())
        digits = sum(sign.isdigit() for sign in number)
        if _FAX.search(before) or not 7 <= digits <= 15:
            continue
        if number.startswith(("+", "00")) or _LABEL.search(before):
            numbers.append(number)
    return numbers


def _name(pieces: list[str], sender_name: str | None) -> str | None:
    wanted = fold(sender_name) if sender_name and "@" not in sender_name else ""
    for piece in pieces[:8]:
        if wanted and wanted in fold(piece):
            return sender_name
    for piece in pieces[:4]:
        candidate = piece.partition(",")[0].strip("-–—~ ")
        if _looks_like_name(candidate):
            return candidate
    return None


def _looks_like_name(text: str) -> bool:
    words = text.split()
    if not 2 <= len(words) <= 4 or len(text) > 60 or _NOT_A_NAME.search(text) or text[-1:] in ".;":
        return False
    folded = text.lower()
    if folded.startswith(("sent ", "get ", "this ", "the ")) or folded.strip(" ,.!") in _CLOSINGS or _is_title(text) or _is_company(text):
        return False
    return all(
        word[:1].isupper() or word.lower() in ("van", "von", "de", "der", "den", "da", "di", "del", "la", "le", "bin", "al", "dos", "du", "zu")
        for word in words
    )


def _beside(piece: str, name: str | None) -> str:
    """Return what stands beside the name on its own line: "Ada Quist, Head of Lamps"."""
    if name and piece.lower().startswith(name.lower()):
        return piece[len(name) :].strip(" ,-–—(|")
    return piece


def _is_title(piece: str) -> bool:
    folded = piece.lower()
    return 2 <= len(piece) <= 80 and not any(sign in piece for sign in "@:/") and any(_stands_in(title, folded) for title in _TITLES) and not _is_company(piece)


def _stands_in(title: str, folded: str) -> bool:
    at = folded.find(title)
    return at == 0 or (at > 0 and (not folded[at - 1].isalnum() or not title.isascii() or len(title) > 6))


def _is_company(piece: str) -> bool:
    if not 4 <= len(piece) <= 100 or "@" in piece or "://" in piece:
        return False
    return any(sign in piece for sign in _COMPANY_SIGNS) or (_COMPANY.search(piece) is not None and piece[:1].isupper() and len(piece.split()) <= 9)
