"""Signatures: who signed what, and every way in which it is not so."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from policybook.errors import SiteError, UsageError
from policybook.published import SIGNATURE, SUMS
from policybook.signature import check_signature, fingerprint, sign


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """A new private key; its public one lies beside it."""
    return make_key(tmp_path / "office")


@pytest.fixture
def signed(tmp_path: Path, key: Path) -> Path:
    """A signed folder with nothing but digests."""
    release = tmp_path / "2030Q1"
    release.mkdir()
    (release / SUMS).write_text("00  index.html\n", encoding="utf-8")
    text = sign(release, key)
    assert text.startswith("-----BEGIN SSH SIGNATURE-----")
    return release


def make_key(path: Path, phrase: str = "") -> Path:
    """A key pair without, or with, a pass phrase."""
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", phrase, "-C", "虚构", "-f", str(path)]
    subprocess.run(command, check=True)
    return path


def public(key: Path) -> Path:
    """The public key beside a private one."""
    return key.with_suffix(".pub")


def test_a_signature_is_by_its_signer(signed: Path, key: Path, tmp_path: Path) -> None:
    """A public key and a file of allowed signers both tell that the release is signed."""
    assert check_signature(signed, public(key)) == []
    allowed = tmp_path / "allowed_signers"
    allowed.write_text(f"office@example {public(key).read_text()}", encoding="utf-8")
    assert check_signature(signed, allowed) == []
    assert fingerprint(key) == fingerprint(public(key))
    assert fingerprint(key).startswith("SHA256:")


def test_signing_twice_gives_the_same(signed: Path, key: Path) -> None:
    """Ed25519 signatures depend on nothing but key and text."""
    before = (signed / SIGNATURE).read_bytes()
    (signed / SIGNATURE).unlink()
    assert sign(signed, key).encode() == before


@pytest.mark.parametrize("what", ["digests", "signature", "signer", "unsigned", "no digests"])
def test_what_is_not_signed_by_the_signer_is_found(
    signed: Path, key: Path, tmp_path: Path, what: str
) -> None:
    """Other digests, a broken or foreign or missing signature: one finding, which says so."""
    signer = public(make_key(tmp_path / "other")) if what == "signer" else public(key)
    if what == "digests":
        (signed / SUMS).write_text("11  index.html\n", encoding="utf-8")
    elif what == "signature":
        (signed / SIGNATURE).write_text("无", encoding="utf-8")
    elif what == "unsigned":
        (signed / SIGNATURE).unlink()
    elif what == "no digests":
        (signed / SUMS).unlink()
    (finding,) = check_signature(signed, signer)
    assert (finding.severity, finding.code) == ("error", "verify.signature")
    assert SIGNATURE in finding.place


def test_another_namespace_is_not_ours(signed: Path, key: Path) -> None:
    """What the same key signed for another purpose is no signature of a release."""
    (signed / SIGNATURE).unlink()
    command = ["ssh-keygen", "-q", "-Y", "sign", "-n", "git", "-f", str(key), str(signed / SUMS)]
    subprocess.run(command, check=True, capture_output=True)
    (finding,) = check_signature(signed, public(key))
    assert finding.code == "verify.signature"


def test_no_key_is_wrong_use(tmp_path: Path, signed: Path) -> None:
    """A missing file or another one is told before anything is done."""
    with pytest.raises(UsageError, match=r"sign\.key"):
        fingerprint(tmp_path / "nowhere")
    (tmp_path / "text").write_text("无", encoding="utf-8")
    with pytest.raises(UsageError, match=r"sign\.key"):
        fingerprint(tmp_path / "text")
    with pytest.raises(UsageError, match=r"sign\.signer"):
        check_signature(signed, tmp_path / "nowhere")


def test_a_key_that_does_not_sign_is_told(tmp_path: Path, signed: Path) -> None:
    """A public key whose private one is nowhere: no signature, and a finding."""
    lonely = make_key(tmp_path / "lonely")
    lonely.unlink()
    (signed / SIGNATURE).unlink()
    with pytest.raises(SiteError, match=r"sign\.failed"):
        sign(signed, public(lonely))
    assert not (signed / SIGNATURE).exists()


def test_without_openssh_it_is_told(
    signed: Path, key: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A machine without ssh-keygen says what to install."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match=r"sign\.program"):
        check_signature(signed, public(key))
