"""What telephones, programs, scanners, lists and lawyers put below a mail, in their languages; all in lower case, "_" is a space."""

from channels.email.phrases import listed

# "Sent from my iPhone": how the line begins …
SENT_FROM = listed(
    """
    sent from_|sent via_|sent with_|sent using_|sent by_|sent on_|sent through_|sent while_
    sent in_|posted from_|written on_|written with_|typed on_|typed with_|composed on_
    this message was sent from_|this email was sent from_|from my_|via mobile|via my_
    get outlook for_|get the outlook_|download outlook_|mobile mail from_|on the go from_
    von meinem_|von meiner_|vom_|gesendet mit_|gesendet von_|gesendet vom_|gesendet über_|gesendet aus_
    versendet mit_|versendet von_|verschickt mit_|von unterwegs_|diese nachricht wurde von_
    diese e-mail wurde von_|diese mail wurde von_|diese nachricht wurde mit_
    holen sie sich outlook_|laden sie outlook_|outlook für_|geschrieben auf_|mobil gesendet|gesendet per_
    envoyé de_|envoyé depuis_|envoyé à partir_|envoyé par_|envoyé avec_|envoyé via_|envoyée depuis_
    envoyé d'_|envoyé d’_|télécharger outlook_|téléchargez outlook_|obtenez outlook_|obtenir outlook_
    provenance :|provenance:|ce message a été envoyé depuis_|message envoyé depuis_|expédié depuis_|expédié de_
    enviado desde_|enviado con_|enviado mediante_|enviado a través_|enviado por_|enviado de_|enviado do_|enviado da_
    enviado pelo_|enviado pela_|enviado a partir_|enviado via_|enviado usando_|enviado através_|enviada do_
    obtener outlook_|obtén outlook_|obtenga outlook_|descargar outlook_|obter o outlook_
    obtenha o outlook_|baixar outlook_|baixe o outlook_|baixar o outlook_|enviat des_|enviat amb_
    inviato da_|inviato dal_|inviato dall'|inviato dall’|inviato con_|inviato tramite_|inviato via_|inviato mediante_|scarica outlook_|ottieni outlook_|scarica la mail_
    verstuurd vanaf_|verstuurd vanuit_|verstuurd met_|verstuurd via_|verstuurd van_|verzonden vanaf_
    verzonden met_|verzonden via_|verzonden van_|verzonden vanuit_|verzonden door_|outlook voor_
    sendt fra_|sendt via_|sendt med_|sendt på_|hent outlook_|få outlook_|skaff deg outlook_|skaff outlook_|last ned outlook_
    skickat från_|skickat med_|skickat via_|skickad från_|hämta outlook_|skaffa outlook_|lähetetty_|hanki outlook_|lataa outlook_
    wysłane z_|wysłano z_|wysłane ze_|wysłano ze_|wysłane za_|wysłano za_|wysłane przez_|wysłany z_|pobierz aplikację outlook_|pobierz outlook_|pobierz program outlook_
    odesláno z_|odesláno ze_|posláno z_|odesláno pomocí_|odoslané z_|odoslané zo_|poslané z_
    získejte outlook_|získat outlook_|stáhnout outlook_|poslano s_|poslano z_|poslano sa_|poslano iz_
    отправлено с_|отправлено со_|отправлено из_|отправлено через_|отправлено от_|отправлено при помощи_
    отправлено посредством_|отправлено мобильной_|послано с_|скачать outlook_|получить outlook_|скачайте outlook_
    надіслано з_|надіслано із_|надіслано через_|надіслано за_|відправлено з_|відправлено із_|відправлено через_|завантажити outlook_|отримати outlook_|изпратено от_
    στάλθηκε από_|στάλθηκε με_|εστάλη από_|απεστάλη από_|αποστολή από_|λήψη του outlook_|κάντε λήψη του outlook_
    elküldve_|küldve_|trimis de_|trimis din_|trimis cu_|trimis prin_|descărcați outlook_
    obțineți outlook_|saadetud_|išsiųsta iš_|dikirim dari_|terkirim dari_|dikirim dengan_
    được gửi từ_|đã gửi từ_|gửi từ_|gửi bằng_|tải outlook_|נשלח מ|נשלחה מ|קבל את outlook|הורד את outlook
    مرسل من_|مُرسل من_|أُرسلت من_|أرسلت من_|تم الإرسال من_|تم إرساله من_|الحصول على outlook_|ส่งจาก
    发自|發自|发送自|傳送自|寄自|来自我的|來自我的|从我的|從我的|通过我的|获取 outlook
    取得 outlook|下载 outlook|下載 outlook|获取outlook|使用|自我的|我的iphone|由_|用手机
    나의_|내_|iphone에서|갤럭시|삼성|모바일에서|네이버|아이폰에서|outlook for_|iphone から|iphoneから|私の
    """
)
# … or ends, where the verb comes last.
SENT_FROM_ENDINGS = listed(
    """
    gesendet|versendet|verschickt|geschickt|verfasst|geschrieben|beziehen|herunterladen
    downloaden|verzonden|verstuurd|gönderildi|gönderilmiştir|gönderilmektedir|edinin|indirin
    から送信|で送信|より送信|からの送信|から送信しました|を入手|をダウンロード|から送信されました|傳送|发送|發送|寄出|传送
    에서 보냄|에서 전송|에서 보낸 메일|에서 보낸 메일입니다|에서 보냈습니다|가져오기|다운로드|에서 작성|으로 보냄
    from mobile|via mobile|küldve|lähetetty
    """
)
# What such a line is about; without one of these it must be short and without a second clause.
DEVICES = listed(
    """
    phone|ipad|ipod|iphon|айфон|айпад|mobil|móvil|movil|cell|celular|handy|handset|handheld|tablet
    android|samsung|galaxy|blackberry|nokia|htc|huawei|honor|xiaomi|redmi|oneplus|pixel
    motorola|xperia|sony|lg_|oppo|vivo|device|gerät|appareil|apparaat|dispositivo|enhet|urządzen|zařízení
    устройств|пристро|smart|windows|outlook|mail|gmail|yahoo|aol|proton|tuta|gmx|web.de|superhuman
    spark|newton|edison|polymail|sparrow|acompli|boxer|canary|k-9|k9|thunderbird|nine|bluemail|typeapp
    fastmail|zoho|hey|workspace|verizon|at&t|t-mobile|vodafone|orange|telekom|o2|rogers|bell
    телефон|手机|手機|移动|电话|電話|スマホ|スマートフォン|携帯|アイフォン|아이폰|휴대|갤럭시|모바일|스마트폰|메일
    κινητό|cihaz|telefon|telèfon|teléfono|téléphone|telefoon|telefonu|puhelim|puhelin|mac_|macbook|computer
    watch|the road|the go|unterwegs|pda|treo|palm|kindle|surface|chromebook|notes|ios|邮箱|郵件|邮件|メール|נייד|الهاتف|جوال|هاتف|điện thoại|โทรศัพท์
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
    get outlook for|outlook für|hol dir outlook|outlook voor|sent with proton|sent with tuta|sent with airmail
    sent with shift|sent with mailbutler|sent with unibox|sent with sparrow|secured with tuta
    yahoo mail: search|yahoo mail stationery|virus-free|virenfrei|sans virus|garanti sans virus|libre de virus
    mail priva di virus|livre de vírus|virusvrij|virusfri|wolny od wirusów|bez virů|без вирусов|avast logo
    envoyé de mon|gesendet von mail für windows|sent from mail for windows|von meinem iphone gesendet|von meinem ipad gesendet
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
    please consider the environment|please think of the environment|before printing
    bitte denken sie an die umwelt|bitte prüfen sie, ob diese|pensez à l'environnement|avant d'imprimer|antes de imprimir
    prima di stampare|denk aan het milieu|virus-free|virenfrei|garanti sans virus|libre de virus|confidentiality notice
    """
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
    confidential|privileged|intended recipient|intended solely|unauthori|liab|vertraulich|unbefugt|empfänger
    confidentiel|destinataire|confidencial|destinatario|riservat|destinatário|vertrouwelijk|geadresseerde
    fortrolig|konfidentiel|konfidensiell|konfidentiell|luottamuk|poufn|adresat|důvěrn|adresát
    конфиденциальн|конфіденційн|gizli|εμπιστευτικ|保密|机密|機密|秘密|기밀|비밀|virus|nachrichten
    """
)
