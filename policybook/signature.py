"""Signatures over ``SHA256SUMS``, by OpenSSH's own program. floor: signature.

``SHA256SUMS.sig`` is an SSH signature (SSHSIG, OpenSSH 8.1 or newer) in the namespace
``policybook``; whoever has the signer's public key checks it without policybook::

    ssh-keygen -Y verify -f SIGNERS -I NAME -n policybook -s SHA256SUMS.sig < SHA256SUMS
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from policybook.errors import Finding, SiteError, UsageError, error
from policybook.published import RESTORE, SIGNATURE, SUMS

_NAMESPACE = "policybook"
_KEY_TYPES = ("ssh-", "ecdsa-", "sk-")


def fingerprint(key: Path) -> str:
    """What a key is known by, as ``SHA256:…``; :class:`UsageError` when it is no SSH key."""
    if not key.is_file():
        raise UsageError(error("sign.key", key, "没有这个密钥文件。", _MAKE_KEY))
    run = _keygen("-l", "-E", "sha256", "-f", str(key))
    words = run.stdout.split()
    if run.returncode or len(words) < 2:
        raise UsageError(error("sign.key", key, f"不是 SSH 密钥：{_said(run)}。", _MAKE_KEY))
    return words[1]


def sign(release: Path, key: Path) -> str:
    """Sign a release, all but the pass phrase left to OpenSSH; returns the signature.

    ``key``: a private key, or the public one of a key in the agent.
    Raises :class:`SiteError` when it does not come about.
    """
    sums = release / SUMS
    run = _keygen("-Y", "sign", "-f", str(key), "-n", _NAMESPACE, str(sums))
    signature = release / SIGNATURE
    if run.returncode or not signature.is_file():
        raise SiteError(error("sign.failed", key, f"签不了名：{_said(run)}。", _MAKE_KEY))
    return signature.read_text(encoding="ascii")


def check_signature(release: Path, signer: Path) -> list[Finding]:
    """Whether a release is signed by whom it should be.

    ``signer``: a public key, or a file of allowed signers (``ssh-keygen(1)``).
    """
    if not signer.is_file():
        remedy = "指向签名者的公钥（.pub）或 allowed_signers 文件。"
        raise UsageError(error("sign.signer", signer, "没有这个文件。", remedy))
    signature = release / SIGNATURE
    if not signature.is_file() or not (release / SUMS).is_file():
        remedy = "向发布者取签名的一份，或不用 --signer，只核验内容。"
        return [error("verify.signature", signature, "这一期没有签名。", remedy)]
    with tempfile.TemporaryDirectory(prefix="policybook-") as folder:
        allowed = Path(folder, "signers")
        allowed.write_text(_allowed(signer.read_text(encoding="utf-8")), encoding="utf-8")
        files = ("-f", str(allowed), "-s", str(signature))
        found = _keygen("-Y", "find-principals", *files)
        if found.returncode:
            message = f"签名的密钥不在 {signer} 之列：{_said(found)}。"
            return [error("verify.signature", signature, message, RESTORE)]
        name = found.stdout.splitlines()[0]
        command = ("-Y", "verify", *files, "-I", name, "-n", _NAMESPACE)
        run = _keygen(*command, given=(release / SUMS).read_bytes())
    if run.returncode:
        message = f"签名与 {SUMS} 不符：{_said(run)}。"
        return [error("verify.signature", signature, message, RESTORE)]
    return []


def _allowed(text: str) -> str:
    """A public key as a file of allowed signers; such a file as it is."""
    return f"{_NAMESPACE} {text}" if text.startswith(_KEY_TYPES) else text


_MAKE_KEY = "用 ssh-keygen -t ed25519 建一对密钥，--sign 指向私钥，公钥公布给读者。"


def _keygen(*arguments: str, given: bytes | None = None) -> subprocess.CompletedProcess[str]:
    try:
        run = subprocess.run(["ssh-keygen", *arguments], input=given, capture_output=True)
    except FileNotFoundError:
        remedy = "安装 OpenSSH（Debian：apt-get install openssh-client）。"
        raise UsageError(error("sign.program", "ssh-keygen", "没有这个程序。", remedy)) from None
    texts = (one.decode("utf-8", errors="replace") for one in (run.stdout, run.stderr))
    return subprocess.CompletedProcess(run.args, run.returncode, *texts)


def _said(run: subprocess.CompletedProcess[str]) -> str:
    lines = (run.stderr or run.stdout).strip().splitlines()
    return lines[-1].rstrip(".") if lines else f"ssh-keygen 以 {run.returncode} 结束"
