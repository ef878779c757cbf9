"""Which addresses a request may go to."""

import pytest

from monitor.sources.addresses import parse_networks, refusal


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "151.101.0.81", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2a00:1450::1"]
)
def test_public_addresses_are_open(address: str) -> None:
    assert refusal(address) == ""


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("10.0.0.1", "private"),
        ("172.31.255.255", "private"),
        ("192.168.1.1", "private"),
        ("100.64.0.1", "private"),
        ("127.0.0.1", "loopback"),
        ("127.255.255.254", "loopback"),
        ("0.0.0.0", "unspecified"),
        ("169.254.169.254", "metadata"),
        ("169.254.0.1", "link-local"),
        ("168.63.129.16", "metadata"),
        ("224.0.0.1", "multicast"),
        ("255.255.255.255", "reserved"),
        ("198.18.0.1", "reserved"),
        ("::", "unspecified"),
        ("::1", "loopback"),
        ("::ffff:127.0.0.1", "loopback"),
        ("::ffff:a9fe:a9fe", "metadata"),
        ("64:ff9b::10.0.0.1", "private"),
        ("::127.0.0.1", "reserved"),
        ("::ffff:0:7f00:1", "reserved"),
        ("2002:7f00:1::", "reserved"),
        ("2001:0:7f00:1::", "reserved"),
        ("fe80::1%eth0", "link-local"),
        ("fc00::1", "private"),
        ("fd00:ec2::254", "metadata"),
        ("fec0::1", "private"),
        ("ff02::1", "multicast"),
        ("2001:db8::1", "reserved"),
        ("not an address", "not an IP address"),
    ],
)
def test_other_addresses_are_refused_by_kind(address: str, kind: str) -> None:
    assert kind in refusal(address)


def test_allowed_networks_are_open_also_in_their_ipv6_form() -> None:
    allowed = parse_networks(["10.1.0.0/16", "::1"])
    assert refusal("10.1.2.3", allowed) == ""
    assert refusal("::ffff:10.1.2.3", allowed) == ""
    assert refusal("::1", allowed) == ""
    assert refusal("10.2.0.1", allowed)
