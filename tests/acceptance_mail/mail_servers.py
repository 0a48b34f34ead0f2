"""A Postfix and a Dovecot of our own: configuration, queue and mailboxes in a folder, ports of this machine, and nothing that leaves it."""

import imaplib
import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support.certificate import self_signed
from tests.torture.process import free_ports

DESK, CUSTOMERS = "desk.example", "customer.example"
PASSWORD = "secret"
_POSTFIX_MASTER = "/usr/lib/postfix/sbin/master"
_SERVES_WITHIN, _ENDS_WITHIN, _COMES_WITHIN = 30.0, 20.0, 30.0  # seconds

_MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/postfix.log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
myhostname = mx.{desk}
mydestination =
alias_maps =
alias_database =
local_recipient_maps =
local_transport = error:5.1.1 Nobody lives here
relay_transport = error:5.7.1 Nothing is relayed
default_transport = error:5.1.2 Nothing leaves this machine
virtual_mailbox_domains = {desk}, {customers}
virtual_mailbox_maps = regexp:{folder}/mailboxes
virtual_alias_maps = texthash:{folder}/aliases
virtual_transport = lmtp:inet:127.0.0.1:{lmtp}
transport_maps = regexp:{folder}/transport
recipient_delimiter = +
lmtp_destination_recipient_limit = 1
smtp_dns_support_level = disabled
smtp_host_lookup = native
lmtp_host_lookup = native
smtpd_peername_lookup = no
smtpd_tls_security_level = may
smtpd_tls_cert_file = {folder}/server.pem
smtpd_tls_key_file = {folder}/server.pem
smtpd_tls_received_header = yes
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 2s
delay_warning_time = 5s
in_flow_delay = 0
"""

_MASTER = """\
127.0.0.1:{smtp} inet n - n - - smtpd
pickup   unix n - n 60 1 pickup
cleanup  unix n - n - 0 cleanup
qmgr     unix n - n 300 1 qmgr
tlsmgr   unix - - n 1000 1 tlsmgr
rewrite  unix - - n - - trivial-rewrite
bounce   unix - - n - 0 bounce
defer    unix - - n - 0 bounce
trace    unix - - n - 0 bounce
verify   unix - - n - 1 verify
proxymap unix - - n - - proxymap
smtp     unix - - n - - smtp
lmtp     unix - - n - - lmtp
error    unix - - n - - error
retry    unix - - n - - error
showq    unix n - n - - showq
anvil    unix - - n - 1 anvil
scache   unix - - n - 1 scache
postlog  unix-dgram n - n - 1 postlogd
"""

# The names of unlisted@ are refused at RCPT; everybody else is taken, and looked for when the mail is handed on.
_MAILBOXES = "!/^unlisted/ here\n"
# What goes to direct@ and to the +direct of both@ comes to Kindred's own door; to slow@, where nobody listens.
_TRANSPORT = """\
/^direct.*@{desk}$/  lmtp:inet:127.0.0.1:{door_lmtp}
/^smtp.*@{desk}$/    smtp:[127.0.0.1]:{door_smtp}
/^both[+]direct@{desk}$/  lmtp:inet:127.0.0.1:{door_lmtp}
/^slow.*@{customers}$/  smtp:[127.0.0.1]:{nobody}
"""
_ALIASES = """\
both@{desk}  both@{desk}, both+direct@{desk}
both+direct@{desk}  both+direct@{desk}
"""

_DOVECOT = """\
base_dir = {folder}/dovecot
state_dir = {folder}/dovecot-state
log_path = {folder}/dovecot.log
instance_name = kindred-acceptance
protocols = imap lmtp
listen = 127.0.0.1
ssl = yes
ssl_cert = <{folder}/server.pem
ssl_key = <{folder}/server.pem
disable_plaintext_auth = no
auth_failure_delay = 0
mail_location = maildir:~/mail
mail_uid = nobody
mail_gid = nogroup
first_valid_uid = 1
recipient_delimiter = +
hostname = mx.{desk}
postmaster_address = postmaster@{desk}
submission_host = 127.0.0.1:{smtp}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%Lu {folder}/users
}}
userdb {{
  driver = passwd-file
  args = username_format=%Lu {folder}/users
  default_fields = uid=nobody gid=nogroup home={folder}/homes/%Lu
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
protocol lmtp {{
  mail_plugins = sieve
}}
plugin {{
  sieve = file:~/sieve;active=~/active.sieve
}}
"""


@dataclass(kw_only=True)
class MailServers:
    """Both, between `with` and its end; `door_smtp` and `door_lmtp` are where Kindred is to listen."""

    folder: Path
    smtp: int = 0
    imap: int = 0
    lmtp: int = 0
    door_smtp: int = 0
    door_lmtp: int = 0
    _postfix: subprocess.Popen[bytes] | None = None
    _dovecot: subprocess.Popen[bytes] | None = None
    _users: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        self.smtp, self.imap, self.lmtp, self.door_smtp, self.door_lmtp, nobody = free_ports(6)
        places = {
            "folder": self.folder, "desk": DESK, "customers": CUSTOMERS, "smtp": self.smtp, "imap": self.imap, "lmtp": self.lmtp,
            "door_smtp": self.door_smtp, "door_lmtp": self.door_lmtp, "nobody": nobody,
        }  # fmt: skip
        # Servers change to users of their own.
        self.folder.chmod(0o755)
        self_signed(self.folder)
        for name, text in (("main.cf", _MAIN), ("master.cf", _MASTER), ("mailboxes", _MAILBOXES), ("transport", _TRANSPORT), ("aliases", _ALIASES)):
            (self.folder / name).write_text(text.format(**places))
        (self.folder / "dovecot.conf").write_text(_DOVECOT.format(**places))
        (self.folder / "users").touch()
        for name, owner in (("queue", "root"), ("data", "postfix"), ("homes", "nobody")):
            (self.folder / name).mkdir()
            shutil.chown(self.folder / name, owner)
        try:
            # Makes the queue's folders. Begun by itself, the master is a process that we can end.
            subprocess.run(["postfix", "-c", str(self.folder), "check"], check=True, capture_output=True, timeout=60)
            self._postfix = self._started("postfix", [_POSTFIX_MASTER, "-c", str(self.folder), "-d"], self.smtp)
            self.start_dovecot()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End both."""
        self.stop_dovecot()
        _end(self._postfix)
        self._postfix = None

    def start_dovecot(self) -> None:
        """Start Dovecot, on the same ports each time."""
        self._dovecot = self._started("dovecot", ["dovecot", "-F", "-c", str(self.folder / "dovecot.conf")], self.imap)

    def stop_dovecot(self) -> None:
        """End Dovecot and everybody's connection to it."""
        _end(self._dovecot)
        self._dovecot = None

    def add(self, *addresses: str) -> None:
        """Let there be mailboxes; Dovecot reads its users anew."""
        with (self.folder / "users").open("a") as users:
            users.writelines(f"{address}:{PASSWORD}::::::\n" for address in addresses if address not in self._users)
        self._users.extend(addresses)

    def answer_by_itself(self, address: str, script: str) -> None:
        """Give a mailbox a Sieve script."""
        home = self.folder / "homes" / address
        home.mkdir(exist_ok=True)
        (home / "active.sieve").write_text(script)
        owner = pwd.getpwnam("nobody")
        for path in (home, home / "active.sieve"):
            os.chown(path, owner.pw_uid, owner.pw_gid)

    def mails(self, address: str) -> list[EmailMessage]:
        """Return the mails in a mailbox, oldest first."""
        with self._opened(address) as box:
            uids = box.uid("SEARCH", "ALL")[1][0].split()
            answer = box.uid("FETCH", b",".join(uids).decode(), "(BODY.PEEK[])")[1] if uids else []
        return [message_from_bytes(part[1], EmailMessage, policy=policy.default) for part in answer if isinstance(part, tuple)]

    def comes_to(self, address: str, count: int = 1, subject: str | None = None) -> list[EmailMessage]:
        """Wait until a mailbox has so many mails, under a subject where one is named, and return all."""
        until = time.monotonic() + _COMES_WITHIN
        while True:
            found = self.mails(address)
            if sum(subject in (None, letter["Subject"]) for letter in found) >= count:
                return found
            assert time.monotonic() < until, f"{len(found)} mails came to {address}, not what was waited for; {self.log('postfix')}"
            time.sleep(0.1)

    def lock_away(self, address: str, subject: str) -> None:
        """Take a mail's file from Dovecot's hands, and leave it where it is."""
        mails = self.folder / "homes" / address / "mail"
        [file] = [file for place in ("new", "cur") for file in (mails / place).iterdir() if f"Subject: {subject}\n" in file.read_text().replace("\r", "")]
        os.chown(file, 0, 0)
        file.chmod(0o600)

    def queued(self) -> str:
        """Return what Postfix has not got rid of, as it lists it."""
        return subprocess.run(["postqueue", "-c", str(self.folder), "-j"], capture_output=True, text=True, check=True, timeout=20).stdout

    def log(self, which: str) -> str:
        """Return the last words of a server."""
        file = self.folder / f"{which}.log"
        return file.read_text(errors="replace")[-3000:] if file.exists() else "no log"

    def _opened(self, address: str) -> imaplib.IMAP4:
        box = imaplib.IMAP4("127.0.0.1", self.imap, timeout=20)
        box.login(address, PASSWORD)
        box.select(readonly=True)
        return box

    def _started(self, name: str, command: Sequence[str], port: int) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name}.said").open("ab") as said:
            # Whatever becomes of us, they end with us.
            with_us = ["setpriv", "--pdeathsig", "TERM", *command]
            process = subprocess.Popen(with_us, stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True)
        until = time.monotonic() + _SERVES_WITHIN
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
            except OSError:
                if process.poll() is not None or time.monotonic() > until:
                    _end(process)
                    words = (self.folder / f"{name}.said").read_text(errors="replace")
                    raise RuntimeError(f"{name} does not serve: {words[-1500:]} {self.log(name)}") from None
                time.sleep(0.05)
            else:
                return process


def _end(process: subprocess.Popen[bytes] | None) -> None:
    if process is not None and process.poll() is None:
        process.terminate()
        try:
            process.wait(_ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
