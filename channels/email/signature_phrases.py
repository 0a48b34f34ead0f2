"""What telephones, programs, scanners, lists and lawyers put below a mail, in their languages; all in lower case, "_" is a space."""

import re

from channels.email.phrases import listed

# "Sent from my iPhone": how such a line begins; it must name a device or a program too …
SENT_FROM = listed(
    """
    sent from_|sent via_|sent with_|sent using_|sent by_|sent on_|sent through_|posted from_|written on_|written with_|typed on_|typed with_|composed on_
    this message was sent from_|this email was sent from_|mobile mail from_|from my_|via my_
    gesendet mit_|gesendet von_|gesendet vom_|gesendet über_|gesendet aus_|versendet mit_
    versendet von_|verschickt mit_|diese nachricht wurde von_|diese nachricht wurde mit_
    diese e-mail wurde von_|diese mail wurde von_|geschrieben auf_
    envoyé de_|envoyé depuis_|envoyé à partir_|envoyé par_|envoyé avec_|envoyé via_
    envoyée depuis_|envoyé d'_|envoyé d’_|provenance :|provenance:|ce message a été envoyé depuis_
    message envoyé depuis_|expédié depuis_|expédié de_
    enviado desde_|enviado con_|enviado mediante_|enviado a través_|enviado por_|enviado de_
    enviado do_|enviado da_|enviado pelo_|enviado pela_|enviado a partir_|enviado via_
    enviado usando_|enviado através_|enviada do_|enviat des_|enviat amb_
    inviato da_|inviato dal_|inviato dall'|inviato dall’|inviato con_|inviato tramite_|inviato via_|inviato mediante_|trimis de_|trimis din_|trimis cu_|trimis prin_
    verstuurd vanaf_|verstuurd vanuit_|verstuurd met_|verstuurd via_|verstuurd van_|verzonden vanaf_|verzonden met_|verzonden via_|verzonden van_|verzonden vanuit_
    sendt fra_|sendt via_|sendt med_|sendt på_|skickat från_|skickat med_|skickat via_|skickad från_|lähetetty_|saadetud_|išsiųsta iš_
    wysłane z_|wysłano z_|wysłane ze_|wysłano ze_|wysłane za_|wysłano za_|wysłane przez_|wysłany z_
    odesláno z_|odesláno ze_|posláno z_|odesláno pomocí_|odoslané z_|odoslané zo_|poslané z_
    poslano s_|poslano z_|poslano sa_|poslano iz_|elküldve_|küldve_
    отправлено с_|отправлено со_|отправлено из_|отправлено через_|отправлено от_|отправлено при помощи_|отправлено посредством_|отправлено мобильной_|послано с_
    надіслано з_|надіслано із_|надіслано через_|надіслано за_|відправлено з_|відправлено із_|відправлено через_|изпратено от_
    στάλθηκε από_|στάλθηκε με_|εστάλη από_|απεστάλη από_|αποστολή από_|dikirim dari_|terkirim dari_|dikirim dengan_|được gửi từ_|đã gửi từ_|gửi từ_|gửi bằng_
    נשלח מ|נשלחה מ|مرسل من_|مُرسل من_|أُرسلت من_|أرسلت من_|تم الإرسال من_|تم إرساله من_|ส่งจาก
    """
)
# … unless it begins as only such a line does.
SENT_FROM_ANYTHING = ("sent from my ", "sent from a ", "sent from an ")
# Where the verb comes last, both ends say it; the particles of a sentence, を は が, stand in none.
FRAMES = re.compile(
    r"(?:von meine[mr]|vom|von) .{2,50}(?:gesendet|geschickt|verfasst|geschrieben|versendet)"
    r"|(?:从|從|通过|通過|透過|使用|用)我的.{1,25}(?:发送|發送|傳送|传送|发出|寄出)"
    r"|(?:发|發|寄|傳送|传送|发送|来|來)自.{1,25}"
    r"|[^をはが]{1,25}(?:から|より)送信"
    r"|.{1,30}에서 (?:보냄|전송|전송됨|작성됨|보낸 메일|보낸 메일입니다|보냈습니다)"
    r"|.{1,40}[aeı]n gönderil(?:di|miştir|mektedir)"
    r"|(?:get|download|hol dir|holen sie sich|laden sie|téléchargez|télécharger|obtenez|obtenir|obtener|obtén|obtenga|descargar|obter o|obtenha o|baixe o"
    r"|baixar o|scarica|ottieni|hent|få|skaff|skaff deg|last ned|hämta|skaffa|hanki|lataa|pobierz|pobierz aplikację|získejte|získat|stáhnout|скачать"
    r"|скачайте|получить|завантажити|отримати|λήψη του|descărcați|obțineți|tải|获取|取得|下载|下載|הורד את|קבל את|الحصول على) ?outlook .{2,25}"
    r"|outlook (?:für|voor|for) (?:ios|android)(?: .{2,20})?|(?:ios|android) için outlook.{2,15}|(?:ios|android)용 outlook.{2,20}"
)
# What such a line names.
DEVICES = listed(
    """
    phone|ipad|ipod|iphon|айфон|айпад|mobil|móvil|movil|cell|celular|handy|handset|handheld|tablet
    android|samsung|galaxy|blackberry|nokia|htc|huawei|honor|xiaomi|redmi|oneplus|pixel
    motorola|xperia|sony|oppo|vivo|device|gerät|appareil|apparaat|dispositivo|enhet|urządzen|zařízení
    устройств|пристро|smart|windows|outlook|gmail|yahoo|aol|proton|tuta|gmx|web.de|superhuman
    mail app|mail for|mail für|mail on|mail.ru|zoho|airmail|bluemail|mailbird|mailspring|fastmail|почт
    spark|newton|edison|polymail|sparrow|acompli|boxer|canary|k-9|k9|thunderbird|typeapp|workspace|verizon|at&t|t-mobile|vodafone|rogers|unterwegs
    телефон|手机|手機|电话|電話|スマホ|スマートフォン|携帯|アイフォン|아이폰|휴대|갤럭시|모바일
    스마트폰|κινητό|cihaz|telefon|telèfon|teléfono|téléphone|telefoon|telefonu|puhelim|puhelin
    macbook|watch|treo|palm|kindle|chromebook|נייד|الهاتف|جوال|هاتف|điện thoại|โทรศัพท์
    """
)
EXCUSES = listed(
    """
    excuse|sorry|forgive|pardon|apolog|typo|brevity|brief|errors|autocorrect|spelling|mistakes|entschuldig
    kürze|tippfehler|verzeih|rechtschreib|excus|désol|fautes|brièveté|disculp|perdon|errores|breved
    desculp|erros|scus|errori|brevit|excuses|fouten|undskyld|ursäkt|beklager|skrivefeil|przepraszam
    literówk|omluv|překlep|извин|опечат|вибач|pardon|the world's|like a boss|on the go|http
    """
)
# Words that a sentence has and a telephone's line has not.
SENTENCE_WORDS = frozenset(
    listed(
        """
        is|are|was|were|has|have|had|will|would|can|could|should|does|did|i|you|we|they|it|and|but|because|if|when|that|which|please
        ist|sind|war|wird|und|aber|weil|wenn|dass|bitte|est|sont|était|et|mais|car|es|son|fue|y|pero|porque|è|sono|ed|ma|perché|foi|mas
        het|maar|omdat|att|jest|są|ale|je|это|был|но|если
        """
    )
)
# Whole lines of programs and scanners.
ADVERTS = listed(
    """
    sent with proton|sent with tuta|sent with airmail
    sent with shift|sent with mailbutler|sent with unibox|sent with sparrow|secured with tuta
    yahoo mail: search|yahoo mail stationery|virus-free|virenfrei|sans virus|garanti sans virus|libre de virus
    mail priva di virus|livre de vírus|virusvrij|virusfri|wolny od wirusów|bez virů|без вирусов|avast logo
    """
)
# How the last paragraph of a list or a scanner begins.
LIST_FOOTERS = listed(
    """
    you received this message because you are subscribed|you are receiving this because
    you received this email because|to unsubscribe from this|to unsubscribe, |to unsubscribe send|unsubscribe:
    to view this discussion on the web|for more options, visit
    this email has been checked for viruses|this email was scanned|this email has been scanned|this message has been scanned
    diese e-mail wurde von avast|diese e-mail wurde auf viren|diese nachricht wurde auf viren
    l'absence de virus|cet email a été vérifié|este correo electrónico ha sido|el software de antivirus
    questa e-mail è stata controllata|este e-mail foi verificado|dit e-mailbericht is gecontroleerd
    denne e-mail er blevet kontrolleret|detta e-postmeddelande har|think before you print|think green
    please consider the environment|please think of the environment
    bitte denken sie an die umwelt|bitte prüfen sie, ob diese|pensez à l'environnement|avant d'imprimer ce|avant d'imprimer, pensez|antes de imprimir este
    prima di stampare questa|prima di stampare, pensa|denk aan het milieu|virus-free|virenfrei|garanti sans virus|libre de virus|confidentiality notice
    """
)
# What a gateway puts above a mail from outside.
BANNER = re.compile(
    r"(?=.*(?:outside|external|extern|außerhalb|extérieur|zewn|esterno))(?=.*(?:mail|message|nachricht|courriel|correo|messaggio|bericht|wiadomość))"
    r"\W*(?:caution|warning|external|achtung|vorsicht|warnung|attention|avertissement|atención|attenzione|let op|uwaga|this e-?mail|this message|diese e-mail"
    r"|ce courriel|este correo)\b"
    r".*(?:originat|click|recogni[sz]|sender|absender|anhänge|anhang|expéditeur|pièces|remitente|enlaces|mittente|allegati|afzender|bijlagen|nadawc)"
)
# How a lawyer's paragraph begins …
DISCLAIMERS = listed(
    """
    disclaimer|legal disclaimer|confidentiality|confidential|privileged|this e-mail|this email|this message
    this communication|this transmission|the information contained in|the information in this|the contents of this
    the content of this|important notice|important:|notice:|caution: the information|attention: this|if you are not the intended|any views or opinions
    diese e-mail|diese mail|diese nachricht|der inhalt dieser|die information in dieser
    die informationen in dieser|der austausch von nachrichten|wichtiger hinweis|haftungsausschluss|vertraulichkeitshinweis
    ce message|ce courriel|cet e-mail|ce mail|les informations contenues|le contenu de ce
    avis de confidentialité|este mensaje|este correo|la información contenida|aviso legal|aviso de confidencialidad
    questo messaggio|questa e-mail|questa mail|le informazioni contenute|il contenuto di questa|ai sensi del
    esta mensagem|este e-mail|este email|as informações contidas|a informação contida|aviso de confidencialidade
    dit bericht|deze e-mail|dit e-mailbericht|de informatie in dit|denne e-mail|denne mail|denne meddelelse
    denne e-posten|denne meldingen|detta e-post|detta meddelande|informationen i detta|tämä viesti
    ta wiadomość|niniejsza wiadomość|treść tej wiadomości|informacje zawarte|tato zpráva|tento e-mail|obsah této
    данное сообщение|это сообщение|настоящее сообщение|информация, содержащаяся|це повідомлення
    bu e-posta|bu mesaj|bu ileti|αυτό το μήνυμα|το παρόν|本邮件|此邮件|本電子郵件|此電子郵件|このメール|本メール|이 메일|본 메일
    """
)
# … and what makes it one.
LEGAL_WORDS = listed(
    """
    confidential|privileged|intended recipient|intended solely|intended only|unauthori|liab|in error|prohibited|not the addressee
    vertraulich|unbefugt|empfänger|adressat|irrtüm|confidentiel|destinataire|par erreur|confidencial|destinatario|por error|por engano
    riservat|per errore|destinatário|vertrouwelijk|geadresseerde|abusievelijk|fortrolig|konfidentiel|konfidensiell|konfidentiell|mottagare|modtager|luottamuk
    poufn|adresat|důvěrn|adresát|конфиденциальн|адресат|конфіденційн|gizli|alıcı|εμπιστευτικ|παραλήπτη|保密|机密|機密|秘密|收件人|기밀|비밀|수신인|virus|viren
    """
)
