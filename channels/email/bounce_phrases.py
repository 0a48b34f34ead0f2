"""The words by which mail servers, in their languages, say that a mail did not arrive, or not yet; all in lower case, with straight apostrophes."""


def listed(words: str) -> tuple[str, ...]:
    """Return the phrases of a table: between bars or line ends, each once."""
    return tuple(dict.fromkeys(word for line in words.split("\n") for part in line.split("|") if (word := part.strip())))


# Who sends for a mail server and for nobody else: looked for anywhere in From, name or address.
DAEMONS = listed(
    """
    mailer-daemon|mailerdaemon|mailer_daemon|mailer daemon|mail-daemon|maildaemon|mail_daemon|smtp-daemon|mdaemon@|post_master@|mail delivery s|mail deliver s
    mail delivery a|mail.delivery|maildelivery|mail-delivery|delivery subsystem|ndr admin|microsoftexchange329e|microsoftexchange<|internet mail service
    bounce handler|double-bounce|returned mail
    """
)
# Names that servers use, and people too.
ROLES = listed(
    """
    postmaster|post master|mailmaster|mail system|mailsystem|email system|e-mail system|system administrator|mail administrator|email administrator|mail admin
    mailadmin|sysadmin|microsoft outlook <|mail router|mail transfer|message router|mail gateway|bounces@|bounce@|bounced@|systemadministrator|mail server
    mailserver@|server administrator|interscan|scanmail|daemon@
    """
)
# How the subject of a report begins; "re:" before it makes it a person's mail about one.
SUBJECTS = listed(
    """
    undeliver|un-deliver|nondeliver|non-deliver|non deliver|non remis|non-remis|not deliver|delivery status notif|delivery status -|delivery-status
    delivery notification|delivery report|delivery fail|delivery error|delivery problem|delivery unsuccessful|delivery has failed|delivery incomplete|delivery delay
    delayed mail|delayed deliver|delay notif|mail delivery|mail failure|mail undeliver|mail not deliver|mail could not|mail system error|mail error|mail return
    mail was not|mail rejected|mail delayed|mail status report|email delivery|e-mail delivery|email not deliver|email bounce|e-mail bounce|email could not
    failure notice|failure delivery|failed delivery|failed mail|failed to deliver|failed:|returned mail|returned to sender|returned email|returned e-mail
    return mail|returned:|return receipt failure|returning message|message status - un|message not deliver|message undeliver|message could not|message delivery
    message returned|message delayed|message rejected|message failure|message blocked|message bounced|message you sent|your message was not|your message could
    your message wasn't|your message couldn't|your mail could not|your e-mail could not|your email could not|your email wasn't|your mail was not|unable to deliver
    could not deliver|couldn't deliver|could not send|cannot deliver|can't deliver|can not deliver|permanent delivery|permanent failure|permanent error|transient
    temporary delivery|temporary failure|there was an error sending|error sending|error delivering|error in delivery|unzustellbar|nicht zustellbar|unknown recipient
    unknown address|unknown user|user unknown|user not known|user not listed|invalid recipient|invalid address|no such user|recipient unknown|problem delivering
    smtp server error|ndn:|ndn|ndr:|warning: could not|warning: message|warning--could|warning - could|warning: un|warning: mail|warning: delayed|bounce:
    bounced mail|bounced:|bounced message|bounced email|bounced e-mail|mailer-daemon|mailsystem|mdaemon|nachricht unzustell|nachricht nicht zug|nachricht konnte
    mail konnte nicht|zustellung fehl|zustellfehler|fehler bei der zustell|fehlgeschlagene zustell|zustellstatus|zustellung verz|ihre nachricht konnte
    ihre e-mail konnte|mail delivery failed|nicht zugestellt|echec de|échec de|échec d'|echec d'|message non dist|message non remis|non distribué|avis de non-re
    avis de non re|notification d'état de remise|remise retardée|courrier non|no se puede entregar|no se pudo entregar|no entregado|no se ha podido entregar
    no se ha entregado|mensaje no entregado|error de entrega|error en la entrega|correo no entregado|correo devuelto|correo rechazado
    notificación de estado de entrega|fallo en la ent|entrega retrasada|non recapitabile|mancato recapito|mancata consegna|messaggio non|impossibile recapitare
    notifica dello stato del recapito|errore di consegna|avviso di mancat|posta non|non è possibile recapitare|não é possível|não foi possível|nao foi possivel
    não entregue|falha na entrega|falha de entrega|mensagem não|mensagem devolvida|erro na entrega|status da entrega|notificação de status de entrega|onbestelbaar
    niet bezorgd|niet afgeleverd|aflevering mislukt|bezorging mislukt|bericht niet|kan niet worden|olevererbart|oleverer|går ej att leverera|går inte att lev
    kunde inte lev|kan inte lev|ikke levert|ikke leveret|kan ikke lev|kunne ikke lev|leveringsfejl|leveringsfeil|ej levererat|uleverbar|ei voi toimittaa
    ei voitu toimittaa|toimittamaton|toimitus epä|viestiä ei|nie można dostarczyć|nie udało się dostarczyć|niedostarczaln|niedostarczon|nie dostarczono
    niepowodzenie dostarcz|błąd dostarcz|zwrot wiadomości|zwrot poczty|nedoručiteln|nedoručeno|nedoručen|nelze doručit|nedoručiteľn|správu nebolo|nemožno doručiť
    kézbesíthetetlen|kézbesítési hiba|sikertelen kézbesítés|nelivrat|imposibil de livrat|livrare eșuată|nu s-a putut livra|не удается доставить|не удаётся доставить
    не удалось доставить|недоставлен|не доставлен|невозможно доставить|ваше сообщение не|ваше письмо не|сообщение не доставлено|письмо не доставлено|ошибка доставки
    уведомление о состоянии доставки|не вдалося|ваше повідомлення не|неможливо доставити|недоставимо|съобщението не|teslim edilem|iletilemedi|iletilemeyen
    teslimat hatası|teslim hatası|δεν είναι δυνατή|μη παραδό|αποτυχία παράδοσης|αποτυχία αποστολής|未能送达|无法送达|無法送達|无法投递|無法傳遞|无法传递|未送达
    无法传送|無法傳送|系统退信|系統退信|退信|退件|邮件退回|投递失败|發送失敗|发送失败|传递失败|傳遞失敗|配信不能|配信できません|配信不可|配達不能|配達できません
    送信できません|送信エラー|送信失敗|送信不能|メール送信エラー|メール配信エラー|メッセージを配信|エラーメール|未配信|配信失敗|配信エラー|メールエラー|배달되지
    배달할 수|배달 실패|전송 실패|전송되지|전달 실패|전달할 수|반송|발송 실패|수신 거부|לא ניתן למסירה|ההודעה לא|כשל במסירה|تعذر تسليم|غير قابل للتسليم|فشل تسليم
    لم يتم تسليم|không thể gửi|chưa gửi được|không gửi được|tidak terkirim|gagal mengirim|gagal terkirim|ส่งไม่สำเร็จ|ไม่สามารถส่ง|ne peut être remis|nedostavljivo
    neisporuč|ni mogoče dostaviti
    """
)
# What the subject of a report holds, wherever: asked only where a server sent it.
SUBJECT_WORDS = listed(
    """
    undeliver|nondeliver|non-deliver|not delivered|delivery failure|delivery failed|delivery status|delivery problem|delivery error|delivery notif|delivery report
    failed delivery|returned to sender|returned mail|mail returned|message returned|could not be delivered|couldn't be delivered|cannot be delivered
    unable to deliver|failure notice|failure notification|mail failure|mail delivery|bounce|rejected|user unknown|unknown user|problem delivering|mailbox full
    quota exceeded|delayed|has not been delivered|mail error|unzustellbar|nicht zugestellt|non remis|no entregado|non recapitabil|não entregue|onbestelbaar
    не доставлен|недоставлен|退信|退件|配信|送信エラー|エラーメール|반송
    """
)
# What a report says near its beginning.
FAILURES = listed(
    """
    did not receive|failed addresses follow|list of failed|intended recipient|undeliverable address|undeliverable due to|invalid receiver|not accepting mail
    not accept mail|relaying denied|unable to relay|over its quota|exceeded its quota|exceeded their|unrouteable|unroutable|mail loop|too many hops|user not known
    name is not listed|not listed in|unknown to|not a member of|not allowed to post|could not be found|unable to find|was not found|not found in|no longer available
    no longer valid|is no longer|mail failed|mail could not|could not be delivered|cannot be delivered|can not be delivered|couldn't be delivered|can't be delivered
    could not deliver|couldn't deliver|cannot deliver|can't deliver|not be delivered|not able to be delivered|was not delivered|wasn't delivered|were not delivered
    not delivered to|not been delivered|has not been delivered|did not reach|didn't reach|could not be reached|couldn't be reached|unable to deliver|unable to send
    unable to be delivered|failed to deliver|failed to reach|failed to be delivered|failed permanently|failed recipient|failed address|delivery failed
    delivery has failed|delivery failure|delivery error|delivery to the following|delivery of your message|delivery of the following|delivery of this message
    delivery status notification|error has occurred while attempting to deliver|error occurred while trying to deliver|error was detected while processing
    error delivering your mail|trouble delivering|undeliverable|undelivered|non-delivery|nondelivery|not deliverable|returned to sender|returned mail|being returned
    is returned to you|returned because|permanent fatal errors|transient non-fatal errors|fatal errors|permanent error|permanent failure|transcript of session
    session transcript|rejected by|was rejected|has been rejected|were rejected|been blocked by|message blocked|address not found|address couldn't be found
    couldn't be found|wasn't found at|does not exist|doesn't exist|no such user|user unknown|unknown user|unknown recipient|unknown address|recipient unknown
    unknown local|unknown or illegal|no valid recipients|no mailbox here|invalid recipient|invalid address|invalid final delivery|mailbox unavailable
    mailbox not found|mailbox is full|mailbox full|mailbox exceeds|mailfolder is full|quota exceeded|over quota|exceeded storage|account has been disabled
    account that you tried to reach|wasn't able to deliver|weren't able to deliver|was unable to deliver|were unable to deliver|has been delayed|is delayed
    not yet been delivered|delivery is delayed|delivery attempts will continue|could not send|couldn't send|can't be sent|could not be sent|was not sent|delevery to
    delivery was aborted|was aborted after|recipient address rejected|remote host said|remote server returned|smtp error from remote
    diagnostic information for administrators|final-recipient:|generating server|mail system at host|mail delivery software|qmail-send program
    following addresses had|following recipients|following address failed|recipient failed|email bounce|nicht zugestellt|nicht zustell|unzustellbar
    zustellung ist fehl|zustellung fehl|konnte nicht an|nicht ausgeliefert|nicht übermittelt|nicht gesendet werden|n'a pas pu être|n'ont pas pu être
    n'a pas été remis|n'a pas été distribu|impossible de remettre|échec de la remise|a échoué|non distribué|n'a pu être|n'est pas parvenu|no se pudo entregar
    no se puede entregar|no se ha podido entregar|no ha podido ser entregado|no pudo ser entregado|no ha llegado|no se entregó|error al entregar
    non è stato possibile|non è stato recapitato|impossibile recapitare|non recapitabile|non è stato consegnato|non può essere|mancato recapito
    não foi possível entregar|não pôde ser entregue|não pode ser entregue|não foi entregue|não é possível entregar|falha na entrega|nao foi possivel
    niet worden afgeleverd|niet worden bezorgd|niet afgeleverd|niet bezorgd|niet bezorgen|onbestelbaar|kunde inte levereras|inte levereras|kunne ikke leveres
    kan ikke leveres|ikke leveret|ikke levert|ei voitu toimittaa|ei voida toimittaa|ei toimitettu|nie została dostarczona|nie można dostarczyć|nie mogła zostać
    nie udało się|nie dostarczono|nebyla doručena|nelze doručit|nepodařilo se|nebolo možné|nem kézbesíthető|nem sikerült|kézbesítése|nu a putut fi|nu a fost livrat
    не может быть доставлен|не доставлено|не было доставлено|не удалось доставить|не удается доставить|невозможно доставить|не был доставлен
    не могло быть доставлено|не вдалося доставити|не може бути доставлен|teslim edilemedi|iletilemedi|gönderilemedi|δεν παραδόθηκε|δεν ήταν δυνατή|αποτυχία|απέτυχε
    无法送达|未能送达|无法投递|退信|无法发送|未送达|無法傳遞|無法送達|无法传递|投递失败|被退回|配信できません|配信不能|送信できません|送信されません
    届けることができません|お届けできません|配達できません|送信に失敗|配信に失敗|配信されません|배달되지|배달하지|배달할 수|전송되지|전송하지|전달되지|발송되지|반송
    לא נמסרה|לא ניתן היה|تعذر تسليم|لم يتم تسليم|không thể gửi|không gửi được|tidak dapat dikirim|gagal|ไม่สามารถส่ง
    """
)
# What makes a report a delay: the server goes on trying.
DELAYS = listed(
    """
    warning message only|this is a warning only|is only a warning|not need to resend|not need to re-send|has been delayed|is delayed|was delayed|delivery delayed
    delayed mail|delivery is delayed|delayed delivery|not yet been delivered|not been delivered yet|hasn't been delivered yet|still being retried|will be retried
    will continue to try|will continue to attempt|attempts will continue|will keep trying|still trying|we'll keep trying|will retry|continue to be retried
    will try again|temporary failure report|notification (delay)|transient non-fatal errors|could not send message for past|could not send mail for past
    could not be delivered for more than|no action is required on your part|verzögert|verspätet zugestellt|wird weiterhin versucht|retardée|retardé|sera renvoyé
    retrasad|se ha demorado|in ritardo|ritardata|ritardato|atrasada|atrasado|vertraagd|försenad|försenat|forsinket|viivästy|opóźnion|zpožděn|oneskoren|késik
    întârziat|задерживается|отложен|задержан|затримується|gecikti|geciktirildi|καθυστ|遅延|遅れて|延迟|延遲|延误|지연|התעכב|تأخر|bị hoãn|tertunda
    """
)
# By these a server that gives no number says that it did not refuse for good.
TEMPORARY = listed(
    """
    temporar|temporär|temporaire|transitoire|transient|try again|tried again|try later|try resending|retry later|again later|deferred|failing for a long time
    retry timeout exceeded|retry time not reached|erneut versuchen|später erneut|ultérieurement|más tarde|più tardi|mais tarde|later opnieuw|försök igen|prøv igen
    prøv igjen|spróbuj|później|zkuste|попробуйте|временн|тимчасов|稍后|稍後|暂时|暫時|一時的|しばらく|나중에|일시적
    """
)
# What may pass by itself: a full mailbox, a rate, a server that was down. A later mail may well arrive.
PASSING = listed(
    """
    temporar|temporär|temporaire|try again|retry|tries|retries|later|deferred|delayed|queue too long|in the queue|too long in|giving up|gave up|expired|expiration
    timed out|time out|timeout|time-out|not responding|did not respond|no response|unreachable|connection refused|refused to connect|could not connect
    unable to connect|cannot connect|failed to connect|did not accept our requests to connect|connection reset|connection closed|lost connection|no route to host
    network error|establish an smtp connection|failing for a long time|retry timeout exceeded|for a long time|aborted after|full|quota|exceeds allowed size
    out of space|no space|insufficient|too many|rate limit|throttl|greylist|graylist|grey-list|overload|load average|busy|not available at this time|currently
    maintenance|resources|voll|überschritten|erneut|später|plein|dépassé|ultérieurement|llena|lleno|excedid|más tarde|piena|superat|più tardi|cheia|cheio|excedeu
    mais tarde|vol is|vollgelaufen|överskrid|fullt|przepełnion|później|plná|překroč|переполнен|переповнен|позже|пізніше|dolu|aşıldı|已满|已滿|超出|稍后|稍後|満杯
    いっぱい|容量|超過|しばらく|가득|초과|나중에|time limit
    """
)
# The address or its domain is not there: no later try helps.
NOWHERE = listed(
    """
    user unknown|unknown user|unknown recipient|recipient unknown|unknown address|unknown or illegal|unknown local|user not found|user not exist|no such user
    no such address|no such mailbox|no such recipient|no such person|no such account|no such local|no such domain|no such host|not a valid mailbox|not a valid user
    not our customer|does not exist|doesn't exist|do not exist|no longer exist|not exist|does not have a|doesn't have a|address not found|mailbox not found
    recipient not found|wasn't found|couldn't be found|could not be found|was not found|recipnotfound|no mailbox here|no longer valid|no longer available
    no longer in use|not recognized|not known|not listed|invalid recipient|invalid mailbox|invalid address|invalid user|invalid final delivery|bad destination
    bad address|address unknown|addressee unknown|nxdomain|host not found|host unknown|unknown host|domain not found|unknown domain|domain does not|unrouteable
    unroutable|couldn't find any host|no mx record|mail exchanger|name or service not known|no valid recipients|has moved|null mx|nullmx|unbekannt|existiert nicht
    inconnu|n'existe pas|no existe|desconocid|non esiste|sconosciut|não existe|desconhecid|bestaat niet|onbekend|finns inte|findes ikke|finnes ikke|nie istnieje
    neexistuje|не существует|не найден|не існує|mevcut değil|不存在|存在しません|見つかりません|존재하지
    """
)
# Behind one of these stands what the report returns: never the server's own words. Where one of `Received:` and its like begins a line, too.
COPIES = listed(
    """
    below this line is a copy|below is a copy|this is a copy of|copy of the message|copy of your message|copy of the original message|original message follows
    original message headers|original message header|original message -----|original message-----|unsent message|message headers follow|message header follow
    header of the original message|headers of the original message|message text follows|-original message|original mail info|bounced e-mail:|bounced email:
    original message:|returned message follows|--- returned message|begin returned message|included is a copy|here is a copy|here's a copy
    undelivered message follows|ursprüngliche nachricht|originalnachricht|message d'origine|mensaje original|messaggio originale|mensagem original
    oorspronkelijk bericht|исходное сообщение|原始邮件|元のメッセージ|원본 메시지
    """
)
# How a mailing list refuses what was sent to it.
LIST_REFUSALS = listed(
    """
    not a member of|not member of|not a subscriber|not subscribed|not allowed to post|not permitted to post|not authorized to|subscribers only|members only
    non-member|nonmember|has been rejected|was rejected|has been refused|cannot be posted|could not be posted|not permitted|rejected your|rejection of your
    there is no such list|unknown list|no such list
    """
)
# How the subject of a read receipt begins.
RECEIPTS = listed(
    """
    read:|not read:|read receipt|return receipt|disposition notification|message disposition notification|gelesen:|ungelesen gelöscht|lesebestätigung
    empfangsbestätigung (|lu :|lu:|non lu :|accusé de lecture|leído:|no leído:|confirmación de lectura|acuse de recibo|letto:|non letto:|conferma di lettura
    ricevuta di ritorno|lida:|não lida:|confirmação de leitura|confirmação de leit|gelezen:|leesbevestiging|läst:|läskvitto|læst:|lest:|kvittering for læsning
    lesebekreftelse|luettu:|lukukuittaus|przeczytano:|potwierdzenie przeczytania|přečteno:|potvrzení o přečtení|olvasva:|прочитано:|уведомление о прочтении
    прочтено:|okundu:|αναγνώστηκε:|已读:|已讀:|已读回执|開封済み:|開封確認|읽음:|读取:|讀取:
    """
)
RECEIPT_WORDS = listed(
    """
    was read on|was displayed|has been displayed|has been read|was deleted without being read|return receipt for|wurde gelesen|wurde angezeigt|gelesen am|a été lu
    a été affiché|se leyó|fue leído|ha sido leído|è stato letto|è stato visualizzato|foi lida|foi lido|werd gelezen|is gelezen|lästes|blev læst|ble lest|przeczytan
    bylo přečteno|прочитано|прочтено|okundu|已阅读|開封|읽었습니다
    """
)
COMPLAINTS = listed(
    "complaint about message from|email feedback report|abuse report for|feedback report:|[feedback-loop]|spam complaint|abuse complaint|jmr report|fbl report"
)
