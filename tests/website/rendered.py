"""Render the page of a built package as a package index does: `python tests/website/rendered.py dist/*.whl`.

Needs `readme-renderer[md]`, whose docutils the AWS CLI of the other tests cannot take: CI gives it an environment.
"""

from __future__ import annotations

import email
import re
import sys
import zipfile

from readme_renderer import markdown


def main() -> None:
    """Exit with an error unless the picture, every link and every block of code are there after rendering."""
    with zipfile.ZipFile(sys.argv[1]) as wheel:
        [name] = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
        payload = email.message_from_bytes(wheel.read(name)).get_payload(decode=True)
    assert isinstance(payload, bytes)
    text = payload.decode("utf-8")
    html = markdown.render(text) or ""
    assert re.search(r'<img [^>]*src="https://raw\.githubusercontent\.com/[^"]+/picker-light\.png"', html), html
    assert html.count("<pre") == text.count("\n```") / 2, html
    links = re.findall(r'<a [^>]*href="([^"]+)"', html)
    assert len(links) > 20, links
    assert all(link.startswith(("https://", "#")) for link in links), links
    assert "&lt;picture" not in html, html
    assert "&lt;!--" not in html, html
    print(f"The package page is rendered whole: {len(links)} links, {html.count('<pre')} blocks of code.")  # noqa: T201


if __name__ == "__main__":
    main()
