"""A stand-in for Twilio's REST API that remembers what it was sent, fails when told to, and signs forms as Twilio does.

https://www.twilio.com/docs/messaging/api/message-resource and https://www.twilio.com/docs/usage/security#validating-requests

By itself: `python -m tests.support.twilio_stand_in PORT`; then `GET /_sent` lists what it got and `POST /_fail` (a Fault as JSON, and `times`) makes it fail.
"""

import base64
import hashlib
import hmac
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urlencode

import aiohttp
from aiohttp import web

from tests.support.misbehaviour import Fault, Faults
from tests.support.serving import Served, run

ACCOUNT_SID = "AC" + "0123456789abcdef" * 2
AUTH_TOKEN = "a-token-that-only-twilio-knows"

Form = Mapping[str, str] | Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SentSms:
    """One message that Twilio would now carry."""

    sid: str
    account_sid: str
    to: str
    sender: str | None
    messaging_service_sid: str | None
    body: str
    status_callback: str | None


def sign(url: str, form: Form, token: str = AUTH_TOKEN) -> str:
    """Return X-Twilio-Signature for a form that is posted to a URL: HMAC-SHA1 over the URL and the sorted fields, in base64."""
    said = url + "".join(name + value for name, value in sorted(set(_pairs(form))))
    return base64.b64encode(hmac.new(token.encode(), said.encode(), hashlib.sha1).digest()).decode()


def sign_body(url: str, body: bytes, token: str = AUTH_TOKEN) -> str:
    """Return X-Twilio-Signature for a form that is already encoded."""
    return sign(url, parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True), token)


def signed(url: str, form: Form, token: str = AUTH_TOKEN) -> tuple[bytes, dict[str, str]]:
    """Return the body and the headers of a form as Twilio would post it."""
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8", "X-Twilio-Signature": sign(url, form, token)}
    return urlencode(_pairs(form)).encode(), headers


def incoming(sid: str, sender: str, to: str, body: str, **more: str) -> dict[str, str]:
    """Return the fields of the form that Twilio posts for a message from a phone."""
    fields = {
        "ToCountry": "GB",
        "SmsMessageSid": sid,
        "NumMedia": "0",
        "SmsSid": sid,
        "SmsStatus": "received",
        "Body": body,
        "To": to,
        "MessageSid": sid,
        "NumSegments": "1",
        "AccountSid": ACCOUNT_SID,
        "From": sender,
        "ApiVersion": "2010-04-01",
    }
    return fields | more


class TwilioStandIn:
    """Takes messages for any account with the right token; `sent` is what it took."""

    def __init__(self, port: int = 0, auth_token: str | None = AUTH_TOKEN) -> None:
        self.sent: list[SentSms] = []
        self.calls = 0
        self.auth_token = auth_token
        self._faults = Faults()
        app = web.Application()
        app.router.add_post("/2010-04-01/Accounts/{sid}/Messages.json", self._create)
        app.router.add_get("/_sent", self._list)
        app.router.add_post("/_fail", self._obey)
        self._served = Served(app, port)

    @property
    def url(self) -> str:
        """Its base URL, for KINDRED_TWILIO_API_URL."""
        return self._served.url

    async def __aenter__(self) -> Self:
        await self._served.__aenter__()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._faults.release()
        await self._served.__aexit__(kind, error, trace)

    def fail(self, status: int = 500, code: int = 20500, words: str = "Internal Server Error", **more: object) -> None:
        """Fail the next call (or the next `times`) with Twilio's kind of error; see Fault for what else there is."""
        times = int(str(more.pop("times", 1)))
        self._faults.add(Fault(status=status, code=code, words=words, **more), times)  # type: ignore[arg-type]

    async def report(self, sid: str, status: str, error_code: str | None = None) -> int:
        """Post a signed status of a message to the callback it came with; return the answer's status."""
        message = next(one for one in self.sent if one.sid == sid)
        if message.status_callback is None:
            raise LookupError("That message came without a callback.")
        form = {"SmsSid": sid, "SmsStatus": status, "MessageStatus": status, "To": message.to, "MessageSid": sid, "AccountSid": message.account_sid}
        form |= {"From": message.sender or "", "ApiVersion": "2010-04-01"} | ({"ErrorCode": error_code} if error_code else {})
        body, headers = signed(message.status_callback, form, self.auth_token or AUTH_TOKEN)
        async with aiohttp.ClientSession() as session, session.post(message.status_callback, data=body, headers=headers) as answer:
            return answer.status

    async def _create(self, request: web.Request) -> web.Response:
        self.calls += 1
        fault = await self._faults.next()
        if fault is not None:
            return _problem(fault)
        account = request.match_info["sid"]
        given = request.headers.get("Authorization", "")
        if self.auth_token is not None and given != aiohttp.encode_basic_auth(account, self.auth_token):
            return _problem(Fault(status=401, code=20003, words="Authenticate"))
        form = await request.post()
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
        refused = _refusal(fields)
        if refused is not None:
            return _problem(refused)
        message = SentSms(
            sid=f"SM{len(self.sent) + 1:032x}",
            account_sid=account,
            to=fields["To"],
            sender=fields.get("From"),
            messaging_service_sid=fields.get("MessagingServiceSid"),
            body=fields["Body"],
            status_callback=fields.get("StatusCallback"),
        )
        self.sent.append(message)
        return web.json_response(_resource(message), status=201)

    async def _list(self, request: web.Request) -> web.Response:
        return web.json_response([asdict(one) for one in self.sent])

    async def _obey(self, request: web.Request) -> web.Response:
        self.fail(**await request.json())
        return web.json_response({})


def _pairs(form: Form) -> list[tuple[str, str]]:
    return list(form.items() if isinstance(form, Mapping) else form)


def _refusal(fields: Mapping[str, str]) -> Fault | None:
    to = fields.get("To", "")
    if not to.startswith("+") or not to[1:].isdigit():
        return Fault(status=400, code=21211, words=f"The 'To' number {to} is not a valid phone number.")
    if "From" not in fields and "MessagingServiceSid" not in fields:
        return Fault(status=400, code=21603, words="A 'From' phone number is required.")
    if not fields.get("Body"):
        return Fault(status=400, code=21602, words="Message body is required.")
    if len(fields["Body"]) > 1600:
        return Fault(status=400, code=21617, words="The concatenated message body exceeds the 1600 character limit")
    return None


def _problem(fault: Fault) -> web.Response:
    headers = {"Retry-After": str(fault.retry_after)} if fault.retry_after is not None else None
    if fault.body is not None:
        return web.Response(status=fault.status, text=fault.body, headers=headers)
    said = {"code": fault.code, "message": fault.words, "more_info": f"https://www.twilio.com/docs/errors/{fault.code}", "status": fault.status}
    return web.json_response(said, status=fault.status, headers=headers)


def _resource(message: SentSms) -> dict[str, object]:
    uri = f"/2010-04-01/Accounts/{message.account_sid}/Messages/{message.sid}.json"
    return {
        "account_sid": message.account_sid,
        "api_version": "2010-04-01",
        "body": message.body,
        "date_created": "Wed, 11 Mar 2026 09:30:00 +0000",
        "date_sent": None,
        "date_updated": "Wed, 11 Mar 2026 09:30:00 +0000",
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": message.sender,
        "messaging_service_sid": message.messaging_service_sid,
        "num_media": "0",
        "num_segments": "1",
        "price": None,
        "price_unit": None,
        "sid": message.sid,
        "status": "accepted" if message.messaging_service_sid else "queued",
        "subresource_uris": {"media": uri.replace(".json", "/Media.json")},
        "to": message.to,
        "uri": uri,
    }


if __name__ == "__main__":
    run(lambda port: TwilioStandIn(port, auth_token=None), int(sys.argv[1]))
