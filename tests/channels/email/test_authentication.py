"""Who vouches for a sender: our own mail server, by its topmost lines, and nobody else."""

import pytest

from channels.email.authentication import doubts
from channels.email.mime import Part, read_tree
from kernel.claims import Trust
from tests.channels.email.mails import mail, read

OURS = "mx.desk.example.com"


def said(*lines: str) -> Part:
    head = "".join(f"{line}\n" if ": " in line.partition(";")[0] else f"Authentication-Results: {line}\n" for line in lines)
    root, _ = read_tree(f"{head}From: ada@example.com\n\nHello.".encode())
    return root


DMARC = "DMARC failed"
SPF = "SPF failed, and no DKIM signature holds"


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        pytest.param([f"{OURS}; dmarc=fail header.from=example.com"], DMARC, id="DMARC failed"),
        pytest.param([f"{OURS}; dmarc=fail (p=none; dis=none) header.from=a"], DMARC, id="a comment with a semicolon"),
        pytest.param([f"{OURS};\n spf=pass\n smtp.mailfrom=a;\n dkim=none;\n dmarc=fail"], DMARC, id="folded"),
        pytest.param([f"{OURS.upper()} 1; DMARC = FAIL"], DMARC, id="capitals, a version, spaces"),
        pytest.param([f"{OURS}; dmarc=pass; spf=fail; dkim=none"], None, id="DMARC decides"),
        pytest.param([f"{OURS}; dmarc=none; spf=fail; dkim=none"], SPF, id="SPF where DMARC says nothing"),
        pytest.param([f"{OURS}; spf=fail; dkim=fail; dkim=pass"], None, id="one signature that holds is enough"),
        pytest.param([f"{OURS}; spf=softfail"], None, id="SPF that is not sure"),
        pytest.param([f"{OURS}; none"], None, id="nothing was looked at"),
        pytest.param([f"{OURS}; spf=pass", f"{OURS}; dmarc=fail"], DMARC, id="a line for each method"),
        pytest.param([f"{OURS}; dmarc=pass", "Received: from evil by x", f"{OURS}; dmarc=fail"], None, id="a forged line below"),
        pytest.param([f"{OURS}; spf=fail", "Received: from evil by x", f"{OURS}; dkim=pass"], SPF, id="a forged line that would help"),
        pytest.param([f"{OURS}; dmarc=fail", f"{OURS}; dmarc=pass"], DMARC, id="the topmost word counts"),
        pytest.param(["mx.evil.example; dmarc=pass", f"{OURS}; dmarc=fail"], DMARC, id="another server's line above"),
        pytest.param(["mx.evil.example; dmarc=fail"], None, id="another server's word"),
        pytest.param([f'evil.example; x="{OURS}; dmarc=fail"'], None, id="our name inside another's line"),
        pytest.param([f"{OURS}.evil.example; dmarc=fail"], None, id="a name that begins like ours"),
        pytest.param([], None, id="nobody looked"),
        pytest.param([f"{OURS}" + "(" * 9000, ";" * 9000], None, id="made to hurt"),
    ],
)
def test_only_our_own_server_is_heard(lines: list[str], why: str | None) -> None:
    assert doubts(said(*lines), OURS) == why


def test_nobody_is_heard_where_no_server_is_named() -> None:
    assert doubts(said(f"{OURS}; dmarc=fail", "; dmarc=fail"), "") is None


def test_a_sender_in_doubt_is_only_claimed() -> None:
    found = read(mail(Authentication_Results=f"{OURS}; spf=fail; dkim=none"), authserv_id=OURS)
    assert found.sender.trust is Trust.CLAIMED
    assert found.warnings == (f"The mail server says that the sender's domain did not vouch for this mail ({SPF}).",)
