"""No private address, however it is spelt; every public one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.addresses import LONGEST_URL, AddressPolicy, AddressRefused, read_networks

POLICY = AddressPolicy()

PRIVATE = (
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.0.1", "169.254.0.1", "172.16.0.1",
    "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1",
    "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "::", "::1", "fc00::1", "fd12:3456::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "100::1", "2001::1", "2001:db8::1", "3fff::1", "5f00::1",
    "64:ff9b:1::1", "4000::1",
)  # fmt: skip
METADATA = ("169.254.169.254", "169.254.170.2", "168.63.129.16", "100.100.100.200", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254")
INSIDE = (
    "::ffff:{dotted}", "::{dotted}", "::ffff:0:{dotted}", "64:ff9b::{dotted}", "2002:{high:x}:{low:x}::1",
)  # fmt: skip
PUBLIC = ("8.8.8.8", "1.1.1.1", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1", "193.0.0.1", "223.255.255.255", "2606:4700::1111", "2a00:1450::1")


def inside(address: str, shape: str) -> str:
    """Return an IPv6 address that holds an IPv4 one."""
    one, two, three, four = map(int, address.split("."))
    return shape.format(dotted=address, high=one << 8 | two, low=three << 8 | four)


def is_refused(policy: AddressPolicy, address: str) -> bool:
    try:
        policy.check_address(address)
    except AddressRefused:
        return True
    return False


class TestCheckAddress:
    @pytest.mark.parametrize("address", [*PRIVATE, *METADATA])
    def test_refuses_what_is_not_for_everybody(self, address: str) -> None:
        with pytest.raises(AddressRefused):
            POLICY.check_address(address)

    @pytest.mark.parametrize("shape", INSIDE)
    def test_refuses_it_inside_of_ipv6_too(self, shape: str) -> None:
        hidden = [inside(address, shape) for address in (*PRIVATE, *METADATA) if "." in address]
        assert [address for address in hidden if not is_refused(POLICY, address)] == []

    @pytest.mark.parametrize("address", PUBLIC)
    def test_lets_a_public_one_through(self, address: str) -> None:
        POLICY.check_address(address)

    @pytest.mark.parametrize("shape", INSIDE)
    def test_lets_a_public_one_through_inside_of_ipv6_too(self, shape: str) -> None:
        """In a network that speaks IPv6 only, every host without it has a NAT64 address."""
        POLICY.check_address(inside("8.8.8.8", shape))

    @pytest.mark.parametrize("text", ["", "localhost", "example.com", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.0.0.1 ", "[::1]", "1.2.3.4/32"])
    def test_refuses_what_is_no_address(self, text: str) -> None:
        with pytest.raises(AddressRefused):
            POLICY.check_address(text)

    def test_lets_through_what_is_in_a_network_that_is_allowed_and_nothing_beside_it(self) -> None:
        policy = AddressPolicy(read_networks("10.1.0.0/16, fd00:12::/32"))
        allowed = ["10.1.0.1", "10.1.255.255", "::ffff:10.1.2.3", "fd00:12::1"]
        assert [address for address in (*allowed, "10.2.0.1", "127.0.0.1", "::1", "fd00:13::1") if not is_refused(policy, address)] == allowed

    @pytest.mark.parametrize("address", METADATA)
    def test_refuses_a_clouds_metadata_whatever_is_allowed(self, address: str) -> None:
        assert is_refused(AddressPolicy(read_networks("0.0.0.0/0, ::/0")), address)
        assert not is_refused(AddressPolicy(read_networks("0.0.0.0/0, ::/0")), "127.0.0.1")


class TestCheckAll:
    def test_lets_one_good_address_excuse_no_other(self) -> None:
        POLICY.check_all(["8.8.8.8", "2606:4700::1111"])
        with pytest.raises(AddressRefused):
            POLICY.check_all(["8.8.8.8", "10.0.0.1"])

    def test_refuses_a_name_without_any(self) -> None:
        with pytest.raises(AddressRefused):
            POLICY.check_all([])


class TestCheckUrl:
    @pytest.mark.parametrize(
        ("url", "host", "port"),
        [
            pytest.param("https://hooks.example.com/a/b?c=d&e=%20", "hooks.example.com", 443, id="https"),
            pytest.param("http://hooks.example.com", "hooks.example.com", 80, id="no path"),
            pytest.param("HTTPS://Hooks.Example.COM:8443?x=1", "hooks.example.com", 8443, id="capitals, a port and only a query"),
            pytest.param("https://8.8.8.8/", "8.8.8.8", 443, id="an address"),
            pytest.param("https://[2606:4700::1111]:1024/", "2606:4700::1111", 1024, id="an address of IPv6"),
            pytest.param("https://xn--bcher-kva.example./", "xn--bcher-kva.example.", 443, id="a name that was not ASCII, with its root"),
        ],
    )
    def test_reads(self, url: str, host: str, port: int) -> None:
        target = POLICY.check_url(url)
        assert (target.host, target.port) == (host, port)
        assert POLICY.check_url(target.url) == target

    @pytest.mark.parametrize(
        "host",
        [
            "127.0.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0x7f.1", "017700000001", "0177.0.0.1", "0177.1", "127.1", "127.0.1", "127.0.0.1.", "00000127.0.0.1",
            "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:7f00:1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[fe80::1%25eth0]",
            "[::1%25]", "[v1.x]", "[127.0.0.1]", "[]", "[::1", "::1",
            "localhost", "LOCALHOST", "localhost.", "a.localhost", "169.254.169.254", "10.0.0.1", "0", "0.0.0.0", "",
            "user@example.com", "user:pass@example.com", "example.com@127.0.0.1", "example.com\\@127.0.0.1", "127.0.0.1\\.example.com",
            "example.com#@127.0.0.1", "127.0.0.1%00.example.com", "exam\tple.com", "exam ple.com", "example.com\n", "example.com\r\nX-A: b",
            "①②⑦.⓪.⓪.①", "１２７.0.0.1", "127。0。0。1", "bücher.example", "a..example.com", ".example.com", "-a.example.com", "example.com..", "a" * 64 + ".com",
            ".".join(["a" * 60] * 5), "example.0x", "example.123", "%31%32%37.0.0.1",
        ],
    )  # fmt: skip
    def test_refuses_a_host(self, host: str) -> None:
        with pytest.raises(AddressRefused):
            POLICY.check_url(f"http://{host}/")

    @pytest.mark.parametrize(
        "url",
        ["", "example.com", "//example.com", "ftp://example.com/", "file:///etc/passwd", "gopher://example.com/", "unix:///var/run/docker.sock", "http:/example.com",
         "http:example.com", "https:///example.com", "javascript:alert(1)", " https://example.com/", "https://example.com/ ", "https://example.com/a b",
         "https://example.com/\r\nX-A: b", "https://example.com/#here", "https://example.com/\x00", "https://example.com/ü", "https://example.com/\\",
         "https://example.com:/", "https://example.com:0x1bb/", "https://example.com:-1/", "https://example.com:99999999/", "https://example.com/" + "a" * LONGEST_URL],
    )  # fmt: skip
    def test_refuses_what_is_no_plain_url(self, url: str) -> None:
        with pytest.raises(AddressRefused):
            POLICY.check_url(url)

    @pytest.mark.parametrize("port", [0, 1, 22, 25, 53, 81, 110, 139, 445, 587, 993, 1023, 65536])
    def test_refuses_a_port_where_no_receiver_listens(self, port: int) -> None:
        with pytest.raises(AddressRefused):
            POLICY.check_url(f"https://example.com:{port}/")

    @given(st.text(max_size=40) | st.from_regex(r"\Ahttps?://[ -~]{1,40}\Z"))
    def test_reads_or_refuses_whatever_is_written(self, url: str) -> None:
        try:
            target = POLICY.check_url(url)
        except AddressRefused:
            return
        assert target.url.startswith(("http://", "https://"))
        assert not set(target.host) & set("@\\/?# %")


class TestReadNetworks:
    @pytest.mark.parametrize("text", ["10.0.0.0/33", "10.1.2.3/8", "lan", "10.0.0.0/8;fd00::/8"])
    def test_refuses_what_is_none(self, text: str) -> None:
        with pytest.raises(ValueError, match=r".+"):
            read_networks(text)

    def test_reads_nothing_as_none(self) -> None:
        assert read_networks(" ") == ()
