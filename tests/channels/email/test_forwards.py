"""Who wrote what was forwarded to us."""

import pytest

from channels.email.forwards import Forwarded, forwarded, sender_in
from channels.email.quoting import split

OLD = "The lamp does not go on.\n\nBo"
ANNOUNCED = [
    pytest.param(written, id=name)
    for name, written in {
        "Gmail": "---------- Forwarded message ---------\nFrom: Bo Berg <bo@example.org>\nDate: Tue, Mar 10, 2026 at 9:00 AM\nSubject: Lamp\nTo: <ada@example.com>\n\n",
        "Gmail de": "---------- Weitergeleitete Nachricht ---------\nVon: Bo Berg <bo@example.org>\nDate: Di., 10. März 2026\nSubject: Lamp\nTo: <ada@example.com>\n\n",
        "Gmail fr": "---------- Message transféré ---------\nDe : Bo Berg <bo@example.org>\nDate : mar. 10 mars 2026 à 09:00\nObjet : Lamp\nÀ : <ada@example.com>\n\n",
        "Gmail es": "---------- Mensaje reenviado ---------\nDe: Bo Berg <bo@example.org>\nFecha: mar, 10 mar 2026 a las 9:00\nAsunto: Lamp\nPara: <ada@example.com>\n\n",
        "Gmail pt": "---------- Mensagem encaminhada ---------\nDe: Bo Berg <bo@example.org>\nData: ter., 10 de mar. de 2026\nAssunto: Lamp\nPara: <ada@example.com>\n\n",
        "Gmail it": "---------- Messaggio inoltrato ---------\nDa: Bo Berg <bo@example.org>\nData: mar 10 mar 2026\nOggetto: Lamp\nA: <ada@example.com>\n\n",
        "Gmail nl": "---------- Doorgestuurd bericht ---------\nVan: Bo Berg <bo@example.org>\nDatum: di 10 mrt 2026\nOnderwerp: Lamp\nAan: <ada@example.com>\n\n",
        "Gmail pl": "---------- Wiadomość przekazana ---------\nOd: Bo Berg <bo@example.org>\nData: wt., 10 mar 2026\nTemat: Lamp\nDo: <ada@example.com>\n\n",
        "Gmail ru": "---------- Пересылаемое сообщение ---------\nОт: Bo Berg <bo@example.org>\nДата: вт, 10 мар. 2026\nТема: Lamp\nКому: <ada@example.com>\n\n",
        "Gmail ja": "---------- 転送メッセージ ---------\n差出人: Bo Berg <bo@example.org>\n日付: 2026年3月10日\n件名: Lamp\n宛先: <ada@example.com>\n\n",
        "Gmail zh": "---------- 转发的邮件 ---------\n发件人： Bo Berg <bo@example.org>\n日期： 2026年3月10日\n主题： Lamp\n收件人： <ada@example.com>\n\n",
        "Apple": "Begin forwarded message:\n\nFrom: Bo Berg <bo@example.org>\nSubject: Lamp\nDate: 10 March 2026 at 09:00:00 GMT\nTo: ada@example.com\n\n",
        "Apple de": "Anfang der weitergeleiteten Nachricht:\n\nVon: Bo Berg <bo@example.org>\nBetreff: Lamp\nDatum: 10. März 2026 um 09:00:00 MEZ\nAn: ada@example.com\n\n",
        "Apple fr": "Début du message réexpédié :\n\nDe: Bo Berg <bo@example.org>\nObjet: Lamp\nDate: 10 mars 2026 à 09:00:00 UTC\nÀ: ada@example.com\n\n",
        "Apple in bold": "Begin forwarded message:\n\n*From: *Bo Berg <bo@example.org>\n*Subject: **Lamp*\n*Date: *10 March 2026 at 09:00:00 GMT\n*To: *ada@example.com\n\n",
        "Thunderbird": "-------- Forwarded Message --------\nSubject: Lamp\nDate: Tue, 10 Mar 2026 09:00:00 +0100\nFrom: Bo Berg <bo@example.org>\nTo: ada@example.com\n\n",
        "Thunderbird de": "-------- Weitergeleitete Nachricht --------\nBetreff: Lamp\nDatum: Tue, 10 Mar 2026 09:00:00\nVon: Bo Berg <bo@example.org>\nAn: ada@example.com\n\n",
        "Zoho": "============ Forwarded message ============\nFrom: Bo Berg <bo@example.org>\nTo: <ada@example.com>\nDate: Tue, 10 Mar 2026 09:00:00 +0100\nSubject: Lamp\n\n",
    }.items()
]


class TestForwarded:
    @pytest.mark.parametrize("head", ANNOUNCED)
    @pytest.mark.parametrize("comment", ["", "Can you help her?"])
    def test_announced(self, head: str, comment: str) -> None:
        text = f"{comment}\n\n{head}{OLD}\n"
        found = forwarded(text)
        assert found is not None
        assert (found.name, found.address, found.subject, found.text, found.comment) == ("Bo Berg", "bo@example.org", "Lamp", OLD, comment)
        assert found.date is not None
        assert "2026" in found.date

    @pytest.mark.parametrize("head", ANNOUNCED)
    def test_stays_content(self, head: str) -> None:
        text = f"Can you help her?\n\n{head}{OLD}\n"
        assert split(text).reply == text

    @pytest.mark.parametrize(
        ("subject", "head"),
        [
            ("FW: Lamp", "From: Bo Berg <bo@example.org>\nSent: Tuesday, March 10, 2026 9:00 AM\nTo: Ada\nSubject: Lamp\n\n"),
            (
                "Fwd: Lamp",
                "-----Original Message-----\nFrom: Bo Berg [mailto:bo@example.org]\nSent: Tuesday, March 10, 2026 9:00 AM\nTo: Ada\nSubject: Lamp\n\n",
            ),
            (
                "WG: Lampe",
                "________________________________\nVon: Bo Berg <bo@example.org>\nGesendet: Dienstag, 10. März 2026 09:00\nAn: Ada\nBetreff: Lamp\n\n",
            ),
            ("TR: Lampe", "De : Bo Berg <bo@example.org>\nEnvoyé : mardi 10 mars 2026 09:00\nÀ : Ada\nObjet : Lamp\n\n"),
            ("RV: Lámpara", "De: Bo Berg <bo@example.org>\nEnviado: martes, 10 de marzo de 2026 9:00\nPara: Ada\nAsunto: Lamp\n\n"),
            ("转发: 灯", "发件人: Bo Berg <bo@example.org>\n发送时间: 2026年3月10日 9:00\n收件人: Ada\n主题: Lamp\n\n"),
        ],
    )
    def test_said_by_the_subject(self, subject: str, head: str) -> None:
        text = f"Can you help her?\n\n{head}{OLD}\n"
        found = forwarded(text, subject)
        assert found is not None
        assert (found.name, found.address, found.subject, found.text, found.comment) == ("Bo Berg", "bo@example.org", "Lamp", OLD, "Can you help her?")
        assert split(text, subject).reply == text
        assert forwarded(text, "RE: Lamp") is None

    def test_unmarks_what_is_marked(self) -> None:
        found = forwarded(
            "FYI\n\nBegin forwarded message:\n\n> From: Bo <bo@example.org>\n> Subject: Lamp\n> Date: 10 March 2026\n> \n> It is off.\n> \n> > older\n"
        )
        assert found == Forwarded(name="Bo", address="bo@example.org", date="10 March 2026", subject="Lamp", text="It is off.\n\n> older", comment="FYI")

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "Please help.",
            "---- Forwarded message ----",
            "The parcel was forwarded by post:\nit never came.",
            "On 11 Mar 2026, Desk wrote:\n> From: a@b.example\n> Subject: x",
            pytest.param(
                "FYI\n\n---------- Forwarded message ----------\nDate: Mon, 3 Mar 2025 10:00\nTo: support@desk.example\nSubject: Lamp\n\nIt flickers.",
                id="nobody is named whose words these are",
            ),
        ],
    )
    def test_is_none_where_nothing_is_forwarded(self, text: str) -> None:
        assert forwarded(text, "FW: Lamp") is None or "From" in text
        assert forwarded(text) is None

    @pytest.mark.parametrize(
        ("value", "sender"),
        [
            ("Bo Berg <bo@example.org>", ("Bo Berg", "bo@example.org")),
            ('"Berg, Bo" <bo@example.org>', ("Berg, Bo", "bo@example.org")),
            ("Bo Berg [mailto:bo@example.org]", ("Bo Berg", "bo@example.org")),
            ("bo@example.org (Bo Berg)", ("Bo Berg", "bo@example.org")),
            ("bo@example.org <mailto:bo@example.org>", (None, "bo@example.org")),
            ("'Bo Berg' via Sales <sales@example.org>", ("Bo Berg' via Sales", "sales@example.org")),
            ("bo@example.org", (None, "bo@example.org")),
            ("Bo Berg", ("Bo Berg", None)),
            ("", (None, None)),
        ],
    )
    def test_reads_senders(self, value: str, sender: tuple[str | None, str | None]) -> None:
        assert sender_in(value) == sender
