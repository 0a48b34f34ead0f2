"""The words by which mail programs, in their languages, introduce what is quoted."""


def _listed(words: str) -> tuple[str, ...]:
    return tuple(words.split("|"))


# "On …, Ann wrote:" — the verb; all in lower case, looked for as parts, since some scripts know no spaces.
VERBS = _listed(
    "wrote|writes|sent|schrieb|schreibt|geschrieben|a écrit|a ecrit|écrit|escribió|escribio|ha scritto|scritto|escreveu|schreef|geschreven|"
    "skrev|skreiv|kirjoitti|napisał|napisała|napisał(a)|pisze|napsal|napsala|napsal(a)|napísal|napísala|napísal(a)|написал|написала|написал(а)|"
    "пишет|писал|пише|написав|yazdı|yazmış|έγραψε|írta|a scris|đã viết|menulis|ha escrit|je napisao|rašė|kirjutas|写道|寫道|写了|書きました|のメール|작성|썼습니다|"
    "כתב|كتب"
)
# How an attribution begins when it takes more than one line (so that no line of the answer is drawn into it).
STARTERS = _listed(
    "on |am |le |el |il |il giorno |em |no dia |op |den |på |d. |w dniu |dnia |dne |dňa |vào |στις |στις|pe |a(z) |kl. |ons |tor |von: |от: |в |"
    "у |пн|вт|ср|чт|пт|сб|вс|нд|在|于|於|mon|tue|wed|thu|fri|sat|sun|mo.|di.|mi.|do.|fr.|sa.|so."
)
# "-----Original Message-----": what stands between the dashes.
ORIGINALS = _listed(
    "original message|reply message|original appointment|ursprüngliche nachricht|originalnachricht|original-nachricht|antwort nachricht|"
    "message d'origine|message d’origine|message original|mensaje original|messaggio originale|mensagem original|oprindelig meddelelse|"
    "original meddelelse|oorspronkelijk bericht|originalmeddelande|ursprungligt meddelande|opprinnelig melding|oryginalna wiadomość|"
    "wiadomość oryginalna|wiadomość pierwotna|původní zpráva|pôvodná správa|исходное сообщение|оригинальное сообщение|первоначальное сообщение|"
    "оригінальне повідомлення|початкове повідомлення|orijinal ileti|orijinal mesaj|özgün ileti|αρχικό μήνυμα|alkuperäinen viesti|eredeti üzenet|"
    "mesaj original|原始邮件|原始郵件|原邮件|元のメッセージ|원본 메시지|원본 메일|thư gốc"
)
# What is forwarded is content, not history: such a mail stays whole.
FORWARDS = _listed(
    "forwarded message|forwarded by|begin forwarded message|weitergeleitete nachricht|anfang der weitergeleiteten|message transféré|"
    "message transmis|début du message|mensaje reenviado|inicio del mensaje reenviado|messaggio inoltrato|inizio messaggio inoltrato|"
    "mensagem encaminhada|mensagem reencaminhada|doorgestuurd bericht|videresendt meddelelse|videresendt melding|vidarebefordrat|"
    "vidarebefordrade|wiadomość przekazana|przekazana wiadomość|przeposlaná zpráva|přeposlaná zpráva|пересылаемое сообщение|"
    "переадресованное сообщение|переслане повідомлення|iletilen mesaj|yönlendirilen|προωθημένο μήνυμα|转发的邮件|轉寄的郵件|轉寄郵件|転送メッセージ|전달된 메시지|전달된 메일|"
    "edelleenlähetetty"
)
# Outlook's header block: the words before the colons, by what they say.
_HEADER_WORDS = {
    "from": (
        "from von de da van fra från od от від kimden gönderen από 发件人 寄件者 寄件人 差出人 보낸_사람 보낸사람 lähettäjä feladó expeditor từ expéditeur remitente "
        "mittente afzender avsender avsändare odesílatel nadawca отправитель"
    ),
    "sent": (
        "sent gesendet envoyé envoye enviado enviada_el enviado_el enviada_em enviado_em inviato verzonden sendt skickat wysłano wysłane odesláno "
        "отправлено надіслано gönderildi gönderme_tarihi στάλθηκε 发送时间 寄件日期 已傳送 送信日時 보낸_날짜 lähetetty elküldve trimis đã_gửi"
    ),
    "date": ("date datum fecha data dato päivämäärä дата tarih ημερομηνία 日期 日時 날짜 dátum ngày dia"),
    "to": (
        "to an à a para per aan til till do komu кому kime alıcı προς 收件人 收件者 宛先 받는_사람 받는사람 vastaanottaja címzett către đến destinataire destinatario "
        "для"
    ),
    "cc": ("cc kopie copie copia kopi kopia копия копія bilgi κοιν 抄送 副本 참조 másolatot_kap"),
    "subject": (
        "subject betreff objet asunto oggetto assunto onderwerp emne ämne temat předmět predmet тема konu θέμα 主题 主旨 件名 제목 aihe tárgy subiect chủ_đề"
    ),
}
HEADER_ROLES = {word.replace("_", " "): role for role, words in _HEADER_WORDS.items() for word in words.split()}
