"""What kind of document a file is, by its name and by its content. floor: drafts."""

from __future__ import annotations

from pathlib import Path

from policybook.drafts.record import DraftError, refusal

_KINDS = {
    ".docx": "docx",
    ".htm": "html",
    ".html": "html",
    ".markdown": "md",
    ".md": "md",
    ".txt": "txt",
    ".xhtml": "html",
}
_OTHERS = {
    ".doc": "旧版 Word 文件",
    ".docm": "带宏的 Word 文件",
    ".dot": "旧版 Word 模板",
    ".dotx": "Word 模板",
    ".csv": "数据表",
    ".et": "WPS 表格",
    ".odt": "OpenDocument 文件",
    ".ofd": "OFD 版式文件",
    ".ppt": "演示文稿",
    ".pptx": "演示文稿",
    ".rtf": "RTF 文件",
    ".wps": "WPS 文字文件",
    ".xls": "Excel 文件",
    ".xlsx": "Excel 文件",
    **dict.fromkeys(
        [".bmp", ".gif", ".heic", ".jpeg", ".jpg", ".png", ".svg", ".tif", ".tiff", ".webp"],
        "图片",
    ),
}
_OLE = bytes.fromhex("D0CF11E0A1B11AE1")
_SIGNATURES = {
    _OLE: "旧版 Office 文件",
    b"{\\rtf": "RTF 文件",
    b"PK\x03\x04": "压缩包或新版 Office 文件",
    b"\x89PNG\r\n": "图片",
    b"\xff\xd8\xff": "图片",
    b"GIF87a": "图片",
    b"GIF89a": "图片",
    b"II*\x00": "图片",
    b"MM\x00*": "图片",
    b"Rar!\x1a\x07": "压缩包",
    b"7z\xbc\xaf\x27\x1c": "压缩包",
}
_REMEDY = "用 Word 或 WPS 打开，另存为 .docx；只有文字的，另存为 .txt。"


def draft_kind(path: Path, data: bytes) -> str:
    """``docx``, ``html``, ``md`` or ``txt``; any other kind is refused by its name."""
    suffix = path.suffix.lower()
    if suffix == ".pdf" or data.lstrip()[:5] == b"%PDF-":
        raise _pdf(path, data)
    if suffix not in _KINDS:
        called = _OTHERS.get(suffix, f"{suffix} 文件" if suffix else "没有扩展名的文件")
        raise refusal("kind", path, f"不读{called}。", _REMEDY)
    kind = _KINDS[suffix]
    content = next((name for start, name in _SIGNATURES.items() if data.startswith(start)), "")
    if kind == "docx" and data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            remedy = "在 Word 中取消打开密码，再另存为 .docx。"
            raise refusal("encrypted", path, "文件设了打开密码，读不到正文。", remedy)
        content = "旧版 Word 文件（.doc）"
    elif kind == "docx" and data.startswith(b"PK\x03\x04"):
        content = ""
    if content:
        message = f"扩展名是 {suffix}，内容却是{content}。"
        raise refusal("kind", path, message, _REMEDY)
    return kind


def _pdf(path: Path, data: bytes) -> DraftError:
    message = "不读 PDF，不论是文字版还是扫描件。"
    # Fonts may stand in a compressed object stream; then nothing is said about the file.
    if b"%PDF-" in data[:1024] and b"/Font" not in data and b"/ObjStm" not in data:
        message = "不读 PDF；这一份没有字体，应是扫描件，里面只有图片。"
    return refusal("pdf", path, message, "请提供 Word 原稿（.docx）。")
