"""The words by which mail programs, in their languages, introduce what is quoted or forwarded; all in lower case, "_" is a space."""

import re


def listed(words: str) -> tuple[str, ...]:
    """Return the words of a table: one language or two a line, a bar between them."""
    return tuple(dict.fromkeys(word.replace("_", " ") for line in words.split("\n") for word in line.strip().split("|") if word))


# "On …, Ann wrote:" — the verb; looked for as parts, since some scripts know no spaces.
VERBS = listed(
    """
    wrote|writes|sent|wrote via
    schrieb|schreibt|geschrieben|geschreven|a écrit|a ecrit|écrit|écrivait|escribió|escribio|escribe
    ha scritto|scritto|scrive|escreveu|escreve|schreef|ha escrit|va escriure|a scris
    skrev|skreiv|skriver|kirjoitti|kirjutas|rašė|rakstīja|írta|yazdı|yazmış|έγραψε|menulis|đã viết|viết
    napisał|napisała|napisał(a)|pisze|napsal|napsala|napsal(a)|napsal/a|napísal|napísala|napísal(a)|je napisao|napisao je|napisala je|je napisal|je napisala
    написал|написала|написал(а)|пишет|писал|писал(а)|писали|пише|написав|написав(-ла)|написа
    写道|寫道|写了|写的|寫了|書きました|さんのメール|のメール|のメッセージ|작성|작성함|썼습니다|님이 쓴 글
    כתב|כתבה|כתב/ה|כתב/כתבה|מאת|كتب|كتبت|كتب ما يلي|เขียนว่า|เขียน
    """
)
# Some programs say it the other way round: "Zitat von Ann <ann@example.org>:".
QUOTERS = listed(
    """
    quoting_|quote from_|in article_|zitat von_|zitiere_|citando a_|citando_|selon_
    en réponse à_|citaat van_|citerar_|citerer_|citat fra_|citat från_|cytowanie_|цитирую_
    missatge de_|wiadomość napisana przez_|wiadomość od_|message de_|mensaje de_|messaggio di_|mensagem de_|сообщение от_|в сообщении от_
    """
)
# How an attribution begins; numbers are looked for besides. Needed where no verb or no mark helps, and so that no line of the answer is drawn in.
STARTERS = listed(
    """
    on_|at_|in a message dated_|am_|um_|le_|el_|a_|il_|il giorno_|in data_|alle_|em_
    no dia_|op_|den_|på_|d._|kl._|w dniu_|dnia_|dne_|dňa_|v_|vào_|la_|pe_|a(z)_|pada_
    στις_|στις|στὶς_|von:_|от:_|на_|в_|у_|בתאריך|ביום|ב-|ב־|في_|بتاريخ_|在|于|於|ใน
    mon|tue|wed|thu|fri|sat|sun|mo.|di.|mi.|do.|fr.|sa.|so.|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag
    lun|mar|mer|jeu|ven|sam|dim|mié|mie|jue|vie|sáb|dom|gio|sab|seg|ter|qua|qui|sex|ma_|wo_|do_|vr_|za_|zo_|di_
    man|tir|ons|tor|fre|lør|lör|søn|sön|mån|tis|pon|wt|śr|czw|pt|sob|niedz|po_|út_|st_|čt_|pá_|so_|ne_|ut_|št_|pi_|ti_|ke_|to_|su_|sze|szo|sri|uto|čet|pet|ned
    пн|вт|ср|чт|пт|сб|вс|нд|понедельник|среда|четверг|пятница|суббота|воскресенье|понеділок|середа|субота|неділя
    """
)
# A sentence of the writer's own, however much it looks like an introduction: "On 11 March I wrote:".
PRONOUNS = listed(
    """
    i wrote|we wrote|i sent|we sent|he wrote|she wrote|they wrote|who wrote|i've sent
    we've sent|had sent|have sent|has sent|was sent|were sent|be sent|is sent|i have written
    schrieb ich|schrieben wir|ich schrieb|wir schrieb|schrieb er|mir geschrieben|ich geschrieben|wir geschrieben|uns geschrieben|ik schreef|schreef ik
    j'ai écrit|nous avons écrit|vous avez écrit|m'a écrit|nous a écrit|ils ont écrit|ho scritto|abbiamo scritto|mi ha scritto|ci ha scritto|me escribió|nos escribió
    me escreveu|nos escreveu|skrev jeg|skrev jag|jag skrev|jeg skrev|я написал|мы написали|мне написал
    """
)
# "-----Original Message-----": what stands between the dashes.
ORIGINALS = listed(
    """
    original message|reply message|original appointment|original mail|original email|original e-mail|begin reply message
    ursprüngliche nachricht|originalnachricht|original-nachricht|original nachricht
    antwort nachricht|ursprüngliche mail|ursprünglicher termin|originalmail|originale nachricht
    message d'origine|message d’origine|message original|message initial|courriel original|mensaje original|mensaje de respuesta|correo original|missatge original
    messaggio originale|messaggio originario|mensagem original|mensagem de resposta|mesaj original|mesajul original|mesaj inițial
    oorspronkelijk bericht|oorspronkelijk e-mail|oorspronkelijke mail|oprindelig meddelelse|oprindelig besked|original meddelelse|original besked
    originalmeddelande|ursprungligt meddelande|ursprungsmeddelande|opprinnelig melding
    original melding|opprinnelig e-post|alkuperäinen viesti|algne sõnum|pirminis laiškas
    oryginalna wiadomość|wiadomość oryginalna|wiadomość pierwotna
    treść oryginalnej wiadomości|původní zpráva|původní e-mail|pôvodná správa|eredeti üzenet|eredeti levél
    исходное сообщение|оригинальное сообщение|первоначальное сообщение|исходное письмо
    оригінальне повідомлення|початкове повідомлення|вихідне повідомлення|оригинално съобщение
    orijinal ileti|orijinal mesaj|özgün ileti|asıl ileti|αρχικό μήνυμα|πρωτότυπο μήνυμα
    izvorna poruka|originalna poruka|originalno sporočilo|izvirno sporočilo|pesan asli|thư gốc
    原始邮件|原始郵件|原邮件|原信件|原始訊息|元のメッセージ|元のメール|オリジナルメッセージ|원본 메시지
    원본 메일|원본메일|원본메세지|הודעה מקורית|ההודעה המקורית|الرسالة الأصلية|رسالة أصلية|ข้อความต้นฉบับ
    """
)
# What is forwarded is content, not history: such a mail stays whole.
FORWARDS = listed(
    """
    forwarded message|forwarded by|forwarded mail|forwarded email|forwarded e-mail|begin forwarded message|start of forwarded message
    weitergeleitete nachricht|anfang der weitergeleiteten|weitergeleitet von|weitergeleitete mail|doorgestuurd bericht|begin doorgestuurd bericht|doorgestuurd door
    message transféré|message réexpédié|message transmis|début du message|courriel transféré|transféré par|réexpédié par|missatge reenviat
    mensaje reenviado|inicio del mensaje reenviado|reenviado por|messaggio inoltrato|inizio messaggio inoltrato|inizio del messaggio inoltrato|inoltrato da
    mensagem encaminhada|mensagem reencaminhada|início da mensagem|inicio da mensagem|encaminhado por|mesaj redirecționat|mesaj redirectionat
    videresendt meddelelse|videresendt melding|videresendt besked|videresend melding
    start på videresendt|begynd videresendt|begynnelsen på videresendt|videresendt af
    vidarebefordrat|vidarebefordrade|början på vidarebefordrat|edelleenlähetetty|välitetty viesti|välitetyn viestin|továbbított üzenet|továbbított levél
    wiadomość przekazana|przekazana wiadomość|przesłana wiadomość|początek przekazywanej|treść przekazanej|proslijeđena poruka|posredovano sporočilo
    přeposlaná zpráva|přeposílaná zpráva|preposlaná správa|přeposlaný e-mail|začátek přeposílané|začátek přeposlané|začiatok preposlanej
    пересылаемое сообщение|пересланное сообщение|пересылаемое письмо|начало переадресованного|переадресованное сообщение|препратено съобщение
    переслане повідомлення|пересланий лист|перенаправлене повідомлення|початок переадресованого|початок листа, що пересилається
    iletilen mesaj|iletilmiş ileti|yönlendirilen|yönlendirilmiş|iletilen ileti
    προωθημένο μήνυμα|έναρξη προωθημένου|αρχή προωθημένου|pesan terusan|thư được chuyển tiếp
    转发的邮件|转发邮件|轉寄的郵件|轉寄郵件|已轉寄的訊息|以下是转发的邮件|下面是被转发的邮件|開始轉寄
    転送メッセージ|転送された|転送メール|전달된 메시지|전달된 메일|전달된 이메일|전달한 메시지
    הודעה שהועברה|رسالة معاد توجيهها|الرسالة المعاد توجيهها|بداية الرسالة المعاد توجيهها|ข้อความที่ส่งต่อ
    """
)
# How a subject says that the mail is forwarded.
FORWARDING_SUBJECTS = frozenset(
    listed("fw|fwd|wg|tr|rv|reenv|enc|i|doorst|vs|vb|vl|pd|fs|пересл|переслано|ilt|πρθ|转发|轉寄|轉發|転送|전달|továbbítás|továbbít|redirecționat|הועבר")
)
# Help desks ask to be answered above a line; what stands below it is theirs.
MARKER_LINES = listed(
    """
    reply above this line|reply above the line|type your reply above|write your reply above
    reply above here|add your reply above|respond above this line|write above this line
    write a reply above|reply to this email above|insert your reply above|type your response above|do not write below this line|do not type below this line
    oberhalb dieser linie|oberhalb dieser zeile|über dieser linie|über dieser zeile|au-dessus de cette ligne|ci-dessus de cette ligne
    encima de esta línea|encima de esta linea|arriba de esta línea|sopra questa linea
    sopra questa riga|al di sopra di questa riga|acima desta linha|acima dessa linha
    boven deze regel|boven deze lijn|over denne linje|ovanför den här raden|ovanför denna linje|ovanför denna rad|tämän viivan yläpuol|tämän rivin yläpuol
    powyżej tej linii|nad tą linią|nad tento řádek|nad tímto řádkem|nad tento riadok|nad touto čarou|e vonal fölé|deasupra acestei linii
    выше этой линии|выше этой строки|над этой строкой|над этой чертой|вище цієї лінії|над цією лінією|bu satırın üst|bu satırın üzer|bu çizginin üst|πάνω από αυτή
    请在此行上方|請在此行上方|在此行以上|この行の上|この行より上|この線より上|이 줄 위에|이 선 위에|phía trên dòng này|מעל שורה זו|מעל קו זה|فوق هذا السطر
    """
)
# The writer points to answers inside the history.
INSIDE = re.compile(
    r"\b(?:see|find|read|with) (?:my |our |the )?.{0,30}\b(?:inline|in-line|in red|in blue|in green|in bold|in colou?r)\b"
    r"|\b(?:answers?|comments?|replies|responses?|remarks) (?:are )?(?:inline|in-line|in line|below in)\b|\binline (?:answers?|comments?|replies|responses?)\b"
    r"|\b(?:my|our) (?:answers|comments|replies|responses|remarks) (?:are )?(?:below|between)\b"
    r"|\b(?:antworten|kommentare|anmerkungen) .{0,25}(?:inline|im text|in rot|in blau|zwischen|direkt unten)\b"
    r"|\b(?:réponses|commentaires|remarques) .{0,25}(?:dans le texte|en rouge|en bleu|ci-dessous en)\b"
    r"|\b(?:respuestas|comentarios) .{0,25}(?:en rojo|en azul|en el texto|intercalad)|\b(?:risposte|commenti) .{0,25}(?:in rosso|in blu|nel testo)\b"
    r"|\b(?:respostas|comentários) .{0,25}(?:em vermelho|no texto)\b|\b(?:antwoorden|opmerkingen) .{0,25}(?:in rood|in de tekst|tussen)\b"
    r"|\b(?:svar|kommentarer) .{0,25}(?:i rött|i rødt|i texten|i teksten|inline)\b|ответы .{0,20}(?:в тексте|красным)"
)
# Outlook's header block: the words before the colons, by what they say.
_HEADER_WORDS = {
    "from": """
        from von de da van fra från od от від kimden gönderen από αποστολέας 发件人 寄件者 寄件人 發件人
        差出人 送信者 送信元 보낸_사람 보낸사람 보낸이 발신 발신자 lähettäjä feladó expeditor de_la
        từ người_gửi expéditeur remitente mittente remetente afzender absender avsender avsändare
        odesílatel odosielateľ nadawca отправитель відправник dari pengirim saatja nuo מאת من จาก
        """,
    "sent": """
        sent gesendet envoyé envoye envoyé_le enviado enviada_el enviado_el enviada enviat enviada_em
        enviado_em inviato inviato_il data_invio verzonden verstuurd sendt skickat wysłano wysłane
        wysłana odesláno odoslané poslano отправлено дата_отправки надіслано відправлено изпратено
        gönderildi gönderme_tarihi gönderilen gönderim_tarihi στάλθηκε αποστολή 发送时间 发送日期
        傳送時間 寄件日期 寄件時間 已傳送 送信日時 送信日 보낸_날짜 보낸날짜 보낸_시간 보낸시간 lähetetty
        elküldve küldve trimis đã_gửi dikirim saadetud išsiųsta נשלח تم_الإرسال تاريخ_الإرسال
        """,
    "date": """
        date datum fecha data dato päivämäärä pvm päiväys дата tarih ημερομηνία ημ/νία 日期 时间
        時間 日付 日時 날짜 일시 dátum ngày thời_gian dia tanggal kuupäev תאריך التاريخ วันที่
        """,
    "to": """
        to an à a para per per_a aan til till do komu pre кому kime alıcı alıcılar προς 收件人 收件者
        宛先 받는_사람 받는사람 받는이 수신 수신자 vastaanottaja címzett címzettek către đến tới
        người_nhận destinataire destinatario empfänger mottaker mottagare modtager ontvanger адресат kepada ke za prima adressaat kam для до אל إلى ถึง
        """,
    "cc": """
        cc c.c. kopie kopie_(cc) copie copia cópia kopi kopia kópia копия копія копия_(cc) bilgi
        κοιν κοιν. κοινοποίηση 抄送 副本 참조 másolatot_kap másolat kopio עותק نسخة สำเนา
        """,
    "subject": """
        subject betreff objet asunto oggetto assunto assumpte onderwerp emne ämne temat předmět
        predmet тема относно konu θέμα 主题 主題 主旨 件名 標題 标题 제목 aihe tárgy subiect chủ_đề
        tiêu_đề subjek perihal zadeva teema tema נושא الموضوع เรื่อง
        """,
}
HEADER_ROLES = {word.replace("_", " "): role for role, words in _HEADER_WORDS.items() for word in words.split()}
