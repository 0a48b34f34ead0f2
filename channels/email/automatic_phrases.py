"""The words of out-of-office notices, acknowledgements and challenges, and the headers of machines, lists and filters; all in lower case."""

from channels.email.bounce_phrases import listed

# How mail programs begin the subject of an answer that nobody wrote; nothing a person would begin with.
AUTOMATIC_SUBJECTS = listed(
    """
    automatic reply|automatic response|automatic answer|automated reply|automated response|automatic email response|automatically generated reply
    automatic acknowledg|auto reply|auto-reply|autoreply|auto response|auto-response|autoresponse|auto responder|auto-responder|autoresponder|autorespond
    auto respons|autorespons|auto: re:|auto: aw:|auto: sv:|auto: fw|[auto]|[auto-reply]|[autoreply]|(auto)|auto answer|auto-answer|reply from autoresponder
    automated acknowledg|automatische antwort|automatische rückantwort|automatische beantwortung|automatische eingangsbest|automatische bestätigung
    automatische empfangs|automatisch generierte antwort|autom. antwort|automatische e-mail|autoantwort|réponse automatique|reponse automatique|message automatique
    réponse auto|accusé de réception automatique|respuesta automática|respuesta automatica|autorespuesta|auto respuesta|contestación automática
    contestador automático|mensaje automático|risposta automatica|risponditore automatico|autorisposta|messaggio automatico|resposta automática|resposta automatica
    autoresposta|auto-resposta|mensagem automática|resposta automàtica|răspuns automat|raspuns automat|automatisch antwoord|automatisch bericht|automatische reactie
    automatisch beantwoord|automatiskt svar|autosvar|automatisk svar|automatisk besvar|svar automatisk|automaattinen vastaus|automaattivastaus|automaatvastus
    automatinis atsakymas|automātiska atbilde|automatyczna odpowiedź|odpowiedź automatyczna|autoodpowiedź|automatická odpověď|automatická odpoveď|automatikus válasz
    automatski odgovor|samodejni odgovor|automatický|автоответ|авто-ответ|автоматический ответ|автоматичний відповідь|автоматична відповідь|автовідповідь
    автоматичен отговор|аутоматски одговор|otomatik yanıt|otomatik cevap|otomatik yanit|αυτόματη απάντηση|自动回复|自動回覆|自动答复|自動答覆|自動回信|自动回信
    自動応答|自動返信|自動送信|자동 회신|자동 응답|자동회신|자동응답|자동 답장|מענה אוטומטי|תגובה אוטומטית|תשובה אוטומטית|رد تلقائي|الرد التلقائي|پاسخ خودکار
    ตอบกลับอัตโนมัติ|การตอบกลับอัตโนมัติ|trả lời tự động|thư trả lời tự động|balasan otomatis|jawapan automatik|स्वचालित उत्तर
    """
)
# How programs begin the subject of an absence notice, word for word.
NOTICE_SUBJECTS = listed(
    """
    out of office|out-of-office|out of the office|away from my mail|vacation reply|vacation message|vacation notice|vacation auto|i am out of the office
    i'm out of the office|i am currently out of|abwesenheitsnotiz|abwesenheitsassistent|abwesenheitsmeldung|abwesenheitsagent|abwesenheitsnachricht
    absence du bureau|absent du bureau|message d'absence|notification d'absence|avis d'absence|fuera de la oficina|fuera de oficina|fuori sede|fuori ufficio
    assenza dall'ufficio|fora do escritório|ausência temporária|fora de l'oficina|afwezigheidsmelding|afwezigheidsassistent|afwezigheidsbericht|niet aanwezig
    frånvaromeddelande|frånvaro från kontoret|ej på kontoret|fraværsmelding|fraværsbesked|fraværsassistent|ikke på kontoret|poissa toimistosta|poissaoloilmoitus
    poza biurem|mimo kancelář|mimo kancelárie|házon kívül|în afara biroului|izvan ureda|вне офиса|нет на месте|поза офісом|ofis dışında|εκτός γραφείου|不在通知
    外出通知|不在のお知らせ|外出|不在办公室|부재 중|부재중|מחוץ למשרד|خارج المكتب|di luar kantor
    """
)
# How the subject of an absence notice begins; a person may begin so too, so what follows counts.
ABSENCE_SUBJECTS = listed(
    """
    out of office|out-of-office|out of the office|ooo|oof|away from my mail|away from the office|away from my desk|i am away|i'm away|i am out of|i'm out of
    away until|away from email|currently away|on vacation|vacation|vacation reply|vacation message|vacation notice|on holiday|holiday notice|annual leave|on leave
    on annual leave|maternity leave|absence|absent|out of town|out sick|not in the office|abwesenheitsnotiz|abwesenheit|abwesend|nicht im büro|nicht im haus
    außer haus|ausser haus|urlaub|im urlaub|ich bin im urlaub|in elternzeit|abwesenheitsassistent|abwesenheitsmeldung|abwesenheitsagent|absence du bureau
    absent du bureau|absente du bureau|en congé|en congés|en vacances|hors du bureau|message d'absence|je suis absent|notification d'absence|absence prolongée
    avis d'absence|fuera de la oficina|fuera de oficina|ausente|ausencia|de vacaciones|en vacaciones|estoy de vacaciones|fuori sede|fuori ufficio|assente|assenza
    in ferie|sono in ferie|fuera del despacho|fora de l'oficina|fora do escritório|ausência|ausencia temporária|em férias|de férias|estou de férias|férias
    plecat din birou|concediu|în concediu|absență|afwezig|afwezigheid|niet aanwezig|buiten kantoor|op vakantie|met vakantie|frånvaro|frånvarande|ej på kontoret
    inte på kontoret|på semester|semester|fravær|fraværende|ikke på kontoret|ferie|på ferie|jeg er på ferie|poissa|poissaolo|poissa toimistosta|lomalla|olen lomalla
    poza biurem|nieobecność|nieobecny|nieobecna|urlop|na urlopie|mimo kancelář|nepřítomnost|nepřítomen|dovolená|na dovolené|mimo kancelárie|neprítomnosť|dovolenka
    házon kívül|nem vagyok az irodában|szabadság|szabadságon|távollét|odsoten|odsotnost|odsutan|odsutnost|izvan ureda|godišnji odmor|вне офиса|нет на месте
    отсутствую|отсутствие|в отпуске|я в отпуске|отпуск|не в офісі|поза офісом|відпустка|у відпустці|відсутність|ofis dışında|ofis dışı|izindeyim|yıllık izin
    tatildeyim|εκτός γραφείου|απουσία|απουσιάζω|σε άδεια|外出|不在办公室|不在|休假|假期|请假|外出中|不在通知|不在のお知らせ|休暇|夏季休業|年末年始|부재 중|부재중
    휴가|출장|מחוץ למשרד|לא במשרד|בחופשה|خارج المكتب|غير موجود بالمكتب|في إجازة|không có mặt tại văn phòng|nghỉ phép|vắng mặt|di luar kantor|cuti|ไม่อยู่ที่สำนักงาน
    ลาพักร้อน
    """
)
# How some programs name the absent in the subject, and how their notice then begins.
ABSENT_SUBJECTS = listed(
    """
    is out of the office|is out of office|is away from the office|ist außer haus|ist nicht im büro|ist nicht im haus|ist abwesend|est absent du bureau
    est absente du bureau|est absent(e)|está fuera de la oficina|è fuori sede|è fuori ufficio|está fora do escritório|is afwezig|is niet aanwezig
    är inte på kontoret|er ikke på kontoret|on poissa toimistosta|jest poza biurem
    """
)
ABSENT_BEGINNINGS = listed(
    """
    i will be|i am|i'm|i'll be|ich bin|ich werde|ich kehre|je suis|je serai|estoy|estaré|sono|sarò|estou|estarei|ik ben|ik zal|jag är|jeg er|olen|jestem|będę
    """
)
# What an absence notice says near its beginning. Looked for only where something else, too, says that a machine answered.
ABSENCES = listed(
    """
    out of the office|out of office|away from the office|away from my office|away from my desk|away from my email|away from my mail|away from email|i am away
    i'm away|i will be away|i'll be away|currently away|be away from|on vacation|on holiday|on holidays|on annual leave|on leave|on maternity leave
    on parental leave|on paternity leave|on sick leave|on a business trip|business travel|travelling|traveling|not in the office|not be in the office|out of town
    no longer with|no longer work|no longer employed|left the company|has left|have left|limited access to email|limited access to my email|limited access to e-mail
    no access to email|no access to my email|without access to|will be back|be back on|i return|upon my return|when i return|on my return|returning on
    return to the office|returning to the office|in my absence|during my absence|while i am away|while i'm away|urgent matters|is currently out
    currently unavailable|i am unavailable|on a leave|day off|days off|nicht im büro|nicht im haus|nicht erreichbar|außer haus|ausser haus|im urlaub|in urlaub
    urlaub|abwesend|abwesenheit|derzeit nicht|zur zeit nicht|zurzeit nicht|wieder erreichbar|wieder im büro|wieder da|dienstreise|elternzeit|mutterschutz
    nicht weitergeleitet|in dringenden fällen|absent du bureau|absente du bureau|je suis absent|suis actuellement absent|je serai absent|en congé|en vacances
    de retour le|mon retour|mon absence|en déplacement|absent(e)|hors du bureau|en cas d'urgence|fuera de la oficina|fuera de oficina|estoy ausente|estaré ausente
    me encuentro ausente|de vacaciones|mi regreso|mi ausencia|mi vuelta|en caso de urgencia|sin acceso|fuori sede|fuori ufficio|sono assente|sarò assente|in ferie
    mio rientro|mia assenza|non sono in ufficio|sono in vacanza|fuera del despacho|fora de l'oficina|fora do escritório|estou ausente|estarei ausente|de férias
    em férias|meu retorno|meu regresso|minha ausência|licença|în concediu|plecat din|absența mea|lipsesc din|afwezig|niet aanwezig|niet op kantoor|buiten kantoor
    op vakantie|met vakantie|met verlof|mijn afwezigheid|weer aanwezig|terug op kantoor|weer bereikbaar|niet bereikbaar|inte på kontoret|på semester|frånvarande
    tjänstledig|åter på kontoret|tillbaka den|åter den|föräldraledig|ikke på kontoret|på ferie|ferie til|fraværende|tilbage på kontoret|tilbake på kontoret
    tilbage den|tilbake den|på kurs|barsel|permisjon|poissa|lomalla|toimistolta|tavoitettavissa|en ole paikalla|palaan|poza biurem|nieobecn|na urlopie|urlopie
    wracam|nie ma mnie|mimo kancelář|na dovolené|nejsem v|nepřítom|dovolen|neprítom|házon kívül|szabadságon|távollét|nem vagyok|odsoten|odsotna|na dopustu|odsutan
    odsutna|na godišnjem|izvan ureda|вне офиса|в отпуске|отсутствую|нахожусь в|не в офисе|в командировке|отсутствии|у відпустці|відсутн|поза офісом|отпуск
    ofis dışında|izindeyim|izinde|tatilde|yıllık izin|ofiste değil|dönüş|εκτός γραφείου|απουσιάζω|άδεια|θα απουσι|不在办公室|不在公司|休假|出差|外出|请假|假期|度假
    回来后|不在しております|不在と|休暇|外出中|出張|休業|休みを|席を外|부재|휴가|출장|자리를 비|מחוץ למשרד|לא במשרד|בחופשה|נעדר|خارج المكتب|إجازة|غير متواجد
    nghỉ phép|không có mặt|vắng mặt|di luar kantor|sedang cuti|ไม่อยู่|ลาพักร้อน
    """
)
# What an acknowledgement says of itself near its beginning; looked for as above.
ANSWERS = listed(
    """
    automatic reply|automatic response|automatic answer|automatic email|automatic e-mail|automatic message|automated reply|automated response|automated email
    automated e-mail|automated message|automatic acknowledg|automated acknowledg|auto-reply|autoreply|auto reply|auto-response|autoresponse|auto response
    autoresponder|auto-responder|automatically generated|generated automatically|automatically replying|automatic notification|we have received your
    we've received your|we received your|has been received|have received your message|have received your email|thank you for contacting|thanks for contacting
    thank you for your message|thank you for your email|thank you for your e-mail|thanks for your email|thank you for writing|thank you for reaching
    thanks for reaching|thank you for getting in touch|get back to you|will respond|will reply|will answer|this mailbox is|this inbox is|this email address is no
    this address is no longer|no longer in use|no longer monitored|not monitored|unmonitored|my new email|my new e-mail|new email address|email address has changed
    has changed to|automatische antwort|automatisch erstellt|automatisch generiert|automatisch versendet|automatische nachricht|automatische rückmeldung
    vielen dank für ihre|vielen dank für deine|danke für ihre|haben ihre nachricht erhalten|haben ihre e-mail erhalten|ist bei uns eingegangen
    so schnell wie möglich|schnellstmöglich|réponse automatique|message automatique|généré automatiquement|envoyé automatiquement|nous avons bien reçu
    avons bien reçu|bien été reçu|dans les plus brefs délais|respuesta automática|mensaje automático|generado automáticamente|hemos recibido|gracias por contactar
    gracias por su|gracias por tu|a la mayor brevedad|risposta automatica|messaggio automatico|generato automaticamente|abbiamo ricevuto|grazie per averci
    al più presto|il prima possibile|resposta automática|mensagem automática|gerada automaticamente|recebemos a sua|recebemos sua|recebemos o seu|recebemos seu
    obrigado por|o mais breve|automatisch antwoord|automatisch gegenereerd|automatisch bericht|bedankt voor uw|bedankt voor je|hebben uw|zo spoedig mogelijk
    zo snel mogelijk|automatiskt svar|autosvar|automatiskt|automatisk svar|automatisk generer|tack för ditt|tak for din|takk for din|mottagit ditt|modtaget din
    mottatt din|så snart som|automaattinen|automaattivastaus|kiitos viesti|olemme vastaanottaneet|automatyczna odpowiedź|wygenerowana automatycznie|dziękujemy za
    otrzymaliśmy|automatická odpověď|automaticky|děkujeme|obdrželi jsme|ďakujeme|automatikus|köszönjük|megkaptuk|răspuns automat|vă mulțumim|am primit
    автоматический ответ|автоматическое|автоматически|автоответ|спасибо за|благодарим|получили ваше|получено|автоматична|автоматичн|дякуємо|отримали|otomatik
    teşekkür|almış|αυτόματ|ευχαριστούμε|λάβαμε|自动回复|自動回覆|自动发|自動發|已收到|收到您的|感谢您|感謝您|自動返信|自動応答|自動送信|自動配信|受け付け|受付
    お問い合わせ|ありがとうございます|자동 회신|자동 응답|자동으로|감사합니다|접수되|אוטומטי|תודה על|קיבלנו|تلقائي|شكرا|استلمنا|tự động|cảm ơn|otomatis|terima kasih
    อัตโนมัติ|ขอบคุณ
    """
)
# A first line by which a mail says of itself that nobody wrote it: enough without any header.
DECLARATIONS = listed(
    """
    this is an automatic reply|this is an automated reply|this is an auto-reply|this is an auto reply|this is an autoreply|this is an automatic response
    this is an automated response|this is an auto response|this is an auto-response|this is an autoresponse|this is an automatic answer
    this is an automated acknowledg|this is an automatic acknowledg|this is an automatically generated reply|this is an automatically generated response
    this is a vacation|*** this is an automat|this is an autoresponder|auto-reply:|automatic reply:|automated response:|dies ist eine automatische antwort
    das ist eine automatische antwort|dies ist eine automatisch generierte antwort|dies ist eine automatisch erstellte antwort|diese antwort wurde automatisch
    ceci est une réponse automatique|ceci est un message automatique d'absence|esta es una respuesta automática|este es un mensaje de respuesta automática
    questa è una risposta automatica|questo è un messaggio di risposta automatica|esta é uma resposta automática|dit is een automatisch antwoord
    dit is een automatische reactie|dit is een automatisch gegenereerd antwoord|detta är ett automatiskt svar|detta är ett autosvar|dette er et automatisk svar
    dette er et autosvar|tämä on automaattinen vastaus|to jest automatyczna odpowiedź|toto je automatická odpověď|toto je automatická odpoveď
    ez egy automatikus válasz|acesta este un răspuns automat|это автоматический ответ|это автоответ|це автоматична відповідь|bu otomatik bir yanıttır
    bu bir otomatik yanıttır|αυτή είναι μια αυτόματη απάντηση|这是一封自动回复|这是自动回复|這是一封自動回覆|這是自動回覆|此邮件为自动回复|此为自动回复
    これは自動返信|このメールは自動返信|本メールは自動返信|このメールは自動応答|자동 회신입니다|본 메일은 자동|이 메일은 자동 회신
    """
)
# Answers that ask the sender to prove himself before his mail is delivered.
CHALLENGE_SUBJECTS = listed(
    """
    please confirm your message|confirm your message|message confirmation required|please verify your message|verification required
    sender verification|email verification for|sender authorization|sender authentication|authorization required|authentication required|[spamarrest]|spam arrest
    unconfirmed:|*unconfirmed*|please authenticate|confirmation request for your|please approve your|please confirm you|[boxbe]|your email requires verification
    your mail requires|requires your confirmation|action required: confirm your email to|tmda|re: your message requires
    your email is on hold|message held|your message is on hold|message on hold|email on hold|is being held
    """
)
CHALLENGES = listed(
    """
    spam arrest|spamarrest|boxbe|tmda|choicemail|earthlink spamblocker|spamblocker|mailblocks|bluebottle|sendio|zerospam|spamfighter|cleanmymailbox|qurb|digiportal
    active spam killer|challenge/response|challenge-response|challenge response|whitelist|not on my list of approved|approved sender|approved senders|approved list
    allowed senders|add you to|to be added to|prove you are|prove that you are|verify that you are|verify you are|confirm that you are a human|confirm you are
    human being|a real person|not a spammer|deliver your message,|to deliver your message|to have your message delivered|your message delivered|before your message
    before it can be delivered|before it will be delivered|your message is being held|your message has been held|message is held|held in quarantine|being held until
    held until you|complete this verification|one-time|one time only|only need to do this once|first time you have|first message from you|release your message
    release the message|confirm that you sent|confirm that you've sent|requires confirmation|please click|reply to this message to confirm|bestätigen sie, dass
    freigeschaltet|freischalten|einmalige bestätigung|confirmer l'envoi|confirmer votre message|êtes un humain|confirme su mensaje|confirme que
    confermare il messaggio|confirme sua mensagem|bevestig uw bericht|antispam uol|підтвердити|подтвердите отправку
    """
)
# Headers set by programs that answer by themselves, with any value but "no".
ANSWERER_HEADERS = listed(
    """
    x-autoreply|x-auto-reply|x-autorespond|x-autoresponse|x-auto-respond|x-auto-response|x-autoresponder|x-autoreply-from|x-mail-autoreply|x-vacation
    x-out-of-office|x-oof|x-mdaemon-autoresponder|x-cpanel-autoresponder|x-autoresponder-re|x-mailer-autoreply
    """
)
# Headers of what no person sends, or that is never answered for fear of a loop.
GENERATOR_HEADERS = listed(
    "x-ms-exchange-generated-message-source|x-autogenerated|x-auto-generated|x-fc-machinegenerated|x-loop|x-rt-loop-prevention|x-otrs-loop|x-auto-reply-loop|list-unsubscribe"
)
LIST_HEADERS = listed(
    """
    list-id|list-post|x-mailing-list|mailing-list|x-beenthere|x-mailman-version|x-listname|x-ml-name|x-google-group-id|list-subscribe
    """
)
# Other help desks and trackers: what they send is content, whatever Precedence says.
DESK_HEADERS = listed(
    """
    rt-ticket|x-rt-loop-prevention|x-rt-ticket|x-otrs-loop|x-jira-fingerprint|x-github-reason|x-gitlab-project|x-redmine-host|x-bugzilla-reason
    x-zendesk-from-account-id|x-zendesk-priority-mail|x-freshdesk-id|x-helpscout-mail-id|x-osticket-id|x-trac-version|x-launchpad-bug|x-phabricator-mail-id
    """
)
# Headers in which filters give their verdict, the first words by which they say that it is spam, and their marks at the subject's beginning.
SPAM_HEADERS = listed(
    """
    x-spam-flag|x-spam-status|x-spam|x-spam-result|x-barracuda-spam-status|x-barracuda-spam-flag|x-bogosity|x-dspam-result|x-rspamd-action|x-suspected-spam
    x-vr-spamstate|x-kas-spam|x-junkmail|x-is-spam|x-spamd-result|x-mailscanner-spamcheck|x-drweb-spamstate|x-spam-verdict|x-spam-action|x-ppe-spam|x-gm-spam
    x-proofpoint-spam|x-kmx-spam|x-spamscore-flag|x-mailcleaner-spamcheck|x-kerio-anti-spam-flag
    """
)
SPAM_WORDS = frozenset(listed("yes|true|spam|1|junk|reject|quarantine|spam_or_phish|malicious"))
SPAM_ACTIONS = listed("add header|rewrite subject|default: true|spam,|spam:")
SPAM_MARKS = listed(
    """
    [spam]|***spam***|*****spam*****|{spam?}|{spam}|[suspected spam]|[spam?]|**spam**|[***spam***]|(spam)|[junk]|<spam>|[potential spam]|[possible spam]|[bulk]
    --spam--|[probable spam]|*** spam ***|[spam suspect]|[!! spam]|{spam 0|{spam 1|{definitely spam?}|[verdacht auf spam]
    """
)
# How the subject of an answer, and of something forwarded, begins.
REPLIES = listed("re:|aw:|antw:|sv:|vs:|odp:|ynt:|回复:|回覆:|答复:|r:|res:|rif:|re[|ref:|fwd:|fw:|wg:|tr:|rv:|i:|enc:|doorst:|vb:|vl:|pd:|転送:|转发:|轉寄:")
