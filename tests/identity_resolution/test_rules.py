"""What identity resolution decides, by table."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity_resolution.rules.evidence import Known, Profile, total, weigh
from identity_resolution.rules.naming import folded, given_name, made_name
from identity_resolution.rules.normalise import canonical_email, normalise, normalise_sender
from identity_resolution.rules.roots import LinkLine, fold
from identity_resolution.rules.verdicts import Holder, file_sender, is_worth_asking, sole_proven
from kernel.claims import IdentityKind, Trust

EMAIL, PHONE, TELEGRAM, CHAT, EXTERNAL = IdentityKind
SEEN = datetime(2026, 3, 11, tzinfo=UTC)


class TestNormalise:
    @pytest.mark.parametrize(
        ("kind", "seen", "expected"),
        [
            pytest.param(EMAIL, "  Ada.Lovelace@Example.COM ", "ada.lovelace@example.com", id="trimmed and lower-cased"),
            pytest.param(EMAIL, "<ada@example.com>", "ada@example.com", id="angle brackets"),
            pytest.param(EMAIL, "ada+shop@gmail.com", "ada+shop@gmail.com", id="a plus tag stays"),
            pytest.param(EMAIL, "a.d.a@gmail.com", "a.d.a@gmail.com", id="dots stay"),
            pytest.param(EMAIL, "ada@bücher.example", "ada@xn--bcher-kva.example", id="a domain beyond ASCII"),
            pytest.param(EMAIL, "ada@BÜCHER.example.", "ada@xn--bcher-kva.example", id="its capitals and its last dot"),
            pytest.param(EMAIL, "ada@xn--bcher-kva.example", "ada@xn--bcher-kva.example", id="already in ASCII"),
            pytest.param(EMAIL, "ada\x00@example.com", "ada@example.com", id="control characters go"),
            pytest.param(EMAIL, "ada at example", None, id="no address"),
            pytest.param(EMAIL, "a b@example.com", None, id="a space within"),
            pytest.param(EMAIL, "@example.com", None, id="no local part"),
            pytest.param(PHONE, "+44 20 7946 0958", "+442079460958", id="international"),
            pytest.param(PHONE, "0044 (0)20 7946 0958", "+442079460958", id="with two zeros"),
            pytest.param(PHONE, "020 7946 0958", "02079460958", id="national: no country is made up"),
            pytest.param(PHONE, "٠٢٠٧٩", "02079", id="digits of another script"),
            pytest.param(PHONE, "12345", "12345", id="a short code"),
            pytest.param(PHONE, "MyBank", None, id="a sender in letters"),
            pytest.param(TELEGRAM, " 987654 ", "987654", id="an id as it is"),
            pytest.param(CHAT, "v-AbC", "v-AbC", id="case matters to a visitor"),
            pytest.param(EXTERNAL, "   ", None, id="nothing"),
        ],
    )
    def test_makes_values_comparable(self, kind: IdentityKind, seen: str, expected: object) -> None:
        assert normalise(kind, seen) == expected

    def test_keeps_two_long_values_apart(self) -> None:
        one, other = (normalise(EXTERNAL, "x" * 500 + end) for end in "ab")
        assert one is not None
        assert len(one) == 400
        assert one != other

    def test_gives_every_sender_a_value_and_no_two_strangers_the_same(self) -> None:
        assert normalise_sender(PHONE, "MyBank", 7) == "mybank"
        assert normalise_sender(EMAIL, " ", 7) != normalise_sender(EMAIL, "", 8)

    @given(st.sampled_from(IdentityKind), st.text(max_size=60))
    def test_is_stable(self, kind: IdentityKind, seen: str) -> None:
        once = normalise(kind, seen)
        assert once is None or normalise(kind, once) == once

    @pytest.mark.parametrize(
        ("address", "mailbox"),
        [
            ("a.da+x@gmail.com", "ada@gmail.com"),
            ("ada@googlemail.com", "ada@gmail.com"),
            ("ada+x@outlook.com", "ada@outlook.com"),
            ("a.da@outlook.com", "a.da@outlook.com"),
            ("ada+x@example.com", "ada+x@example.com"),
        ],
    )
    def test_knows_the_mailbox_behind_an_address(self, address: str, mailbox: str) -> None:
        assert canonical_email(address) == mailbox


class TestNaming:
    @pytest.mark.parametrize(
        ("seen", "expected"),
        [
            ("  Ada   Lovelace ", "Ada Lovelace"),
            ('"Ada"', "Ada"),
            ("Zoe\u0308", "Zoë"),
            ("李雷", "李雷"),
            ("ada@example.com", None),
            ("+44 20", None),
            ("", None),
            (None, None),
        ],
    )
    def test_takes_a_name_that_names_somebody(self, seen: str | None, expected: object) -> None:
        assert given_name(seen) == expected

    @pytest.mark.parametrize(
        ("kind", "value", "normalised", "expected"),
        [
            pytest.param(EMAIL, "ada.lovelace@example.com", "ada.lovelace@example.com", "Ada Lovelace", id="two words"),
            pytest.param(EMAIL, "ada_lovelace81+shop@x.example", "ada_lovelace81+shop@x.example", "Ada Lovelace", id="digits and tag"),
            pytest.param(EMAIL, "info@x.example", "info@x.example", "info@x.example", id="one word is no name"),
            pytest.param(EMAIL, "", "nobody:7", "Unknown sender", id="no address at all"),
            pytest.param(PHONE, "+44 20 7946 0958", "+442079460958", "+442079460958", id="a number"),
            pytest.param(PHONE, "MyBank", "mybank", "MyBank", id="a sender in letters"),
            pytest.param(TELEGRAM, "42", "42", "Telegram 42", id="a Telegram id"),
            pytest.param(CHAT, "a1b2c3d4e5", "a1b2c3d4e5", "Visitor a1b2c3", id="a visitor"),
        ],
    )
    def test_makes_a_name_otherwise(self, kind: IdentityKind, value: str, normalised: str, expected: object) -> None:
        assert made_name(kind, value, normalised) == expected

    def test_folds_within_the_column(self) -> None:
        assert len(folded("ﷺ" * 200)) == 400


def _profile(name: str | None = None, **values: tuple[str, Trust]) -> Profile:
    return Profile(name=name, values=tuple(Known(kind=IdentityKind(kind), normalised=value, trust=trust) for kind, (value, trust) in values.items()))


class TestEvidence:
    def test_a_clean_claimed_address_is_worth_asking_about(self) -> None:
        found = weigh(_profile(email=("a@x.example", Trust.CLAIMED)), _profile(email=("a@x.example", Trust.VERIFIED)), {})
        assert [(item.field, item.bits) for item in found] == [("email", 5.0)]
        assert is_worth_asking(total(found))

    @pytest.mark.parametrize(
        ("left", "right", "bits"),
        [
            pytest.param("Ada Lovelace", "ada lovelace", 9.2, id="same"),
            pytest.param("Lovelace, Ada", "Ada Lovelace", 9.2, id="in the other order"),
            pytest.param("Zoë Łuk", "Zoe Łuk", 9.2, id="without marks"),
            pytest.param("A. Lovelace", "Ada Lovelace", 6.2, id="an initial"),
            pytest.param("Ada Lovelace", "Ada Lovelac", 5.2, id="a slip"),
            pytest.param("Ada", "Ada Lovelace", 3.0, id="first name only"),
            pytest.param("Ada Byron", "Ada Lovelace", -1.5, id="another surname"),
            pytest.param("Bob Lovelace", "Ada Lovelace", -4.5, id="a relative"),
            pytest.param("Bob", "Ada", -5.0, id="two first names"),
            pytest.param("Grace Hopper", "Ada Lovelace", -8.0, id="two people"),
        ],
    )
    def test_weighs_names(self, left: str, right: str, bits: float) -> None:
        there, back = weigh(_profile(left), _profile(right), {}), weigh(_profile(right), _profile(left), {})
        assert [item.bits for item in there] == [item.bits for item in back] == [bits]

    def test_says_nothing_of_names_that_were_not_given(self) -> None:
        assert weigh(_profile("Ada"), _profile(None), {}) == ()

    def test_a_crowd_disarms_a_value(self) -> None:
        one = _profile(phone=("+1", Trust.CLAIMED))
        bits = [total(weigh(one, one, {("phone", "+1"): others})) for others in (0, 1, 10)]
        assert bits == sorted(bits, reverse=True)
        assert bits[0] > 4
        assert bits[2] < 0

    def test_a_signature_proves_little(self) -> None:
        signed = weigh(_profile(phone=("+1", Trust.SIGNED)), _profile(phone=("+1", Trust.VERIFIED)), {})
        assert total(signed) == 2.0
        assert "signature" in signed[0].words

    def test_a_shared_account_is_capped(self) -> None:
        account = _profile(telegram=("42", Trust.VERIFIED))
        assert total(weigh(account, account, {})) == 12.0

    @pytest.mark.parametrize(
        ("left", "right", "bits"),
        [
            pytest.param("a.da@gmail.com", "ada+shop@gmail.com", 9.0, id="the same mailbox"),
            pytest.param("ada@example.com", "adaa@example.com", 9.0, id="a slip"),
            pytest.param("ada1@example.com", "ada2@example.com", 2.0, id="a digit"),
            pytest.param("ada@example.com", "grace@example.com", 0.0, id="nothing alike"),
        ],
    )
    def test_weighs_addresses_that_are_alike(self, left: str, right: str, bits: float) -> None:
        assert total(weigh(_profile(email=(left, Trust.VERIFIED)), _profile(email=(right, Trust.VERIFIED)), {})) == bits

    def test_never_counts_one_address_twice(self) -> None:
        one = Profile(
            name=None,
            values=(Known(kind=EMAIL, normalised="ada@gmail.com", trust=Trust.VERIFIED), Known(kind=EMAIL, normalised="a.da@gmail.com", trust=Trust.VERIFIED)),
        )
        assert [item.field for item in weigh(one, _profile(email=("ada@gmail.com", Trust.VERIFIED)), {})] == ["email"]


def _holder(root_id: int, trust: Trust = Trust.VERIFIED, *, is_sender: bool = True, seen: int = 0) -> Holder:
    return Holder(
        identity_id=root_id * 10,
        customer_id=root_id,
        root_id=root_id,
        name=f"c{root_id}",
        is_named=True,
        trust=trust,
        is_sender=is_sender,
        last_seen_at=SEEN + timedelta(minutes=seen),
    )


class TestVerdicts:
    @pytest.mark.parametrize(
        ("trust", "holders", "expected"),
        [
            pytest.param(Trust.VERIFIED, [], None, id="unknown"),
            pytest.param(Trust.VERIFIED, [_holder(1)], (1, True, "same e-mail address as before"), id="one proven holder"),
            pytest.param(Trust.VERIFIED, [_holder(1, Trust.CLAIMED)], None, id="a claim gives nothing away"),
            pytest.param(
                Trust.VERIFIED,
                [_holder(1, seen=5), _holder(2, seen=9), _holder(3)],
                (2, False, "e-mail address shared by 3 customers; filed with the one seen last"),
                id="several proven holders",
            ),
            pytest.param(Trust.CLAIMED, [_holder(1)], None, id="unverified never meets a proven holder"),
            pytest.param(
                Trust.CLAIMED, [_holder(1), _holder(2, Trust.CLAIMED)], (2, False, "same unverified e-mail address as before"), id="unverified meets its own"
            ),
            pytest.param(Trust.CLAIMED, [_holder(1, Trust.CLAIMED, is_sender=False)], None, id="what was typed elsewhere is not its own"),
        ],
    )
    def test_files_a_sender(self, trust: Trust, holders: list[Holder], expected: object) -> None:
        filing = file_sender(EMAIL, trust, holders)
        assert (None if filing is None else (filing.holder.root_id, filing.is_verified, filing.reason)) == expected

    def test_finds_the_one_who_proved_a_value(self) -> None:
        assert sole_proven([_holder(1), _holder(2, Trust.CLAIMED)]) == _holder(1)
        assert sole_proven([_holder(1), _holder(2)]) is None
        assert sole_proven([]) is None


class TestFold:
    def test_an_undo_in_the_middle_of_a_chain_is_exact(self) -> None:
        chain = [LinkLine(loser_id=n + 1, survivor_id=n, is_undone=n == 2) for n in range(1, 5)]
        assert fold(range(1, 6), chain) == {1: 1, 2: 1, 3: 3, 4: 3, 5: 3}

    @given(st.data())
    def test_undone_merges_never_were(self, data: st.DataObject) -> None:
        lines = data.draw(st.lists(st.builds(LinkLine, loser_id=st.integers(1, 8), survivor_id=st.integers(1, 8), is_undone=st.booleans()), max_size=12))
        standing = [line for line in lines if not line.is_undone]
        assert fold(range(1, 9), data.draw(st.permutations(lines))) == fold(range(1, 9), standing)
