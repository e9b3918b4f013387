"""Checks every link of a folder of HTML pages: the file must be there, and so must the heading. Nothing is fetched."""
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.ids, self.links = set(), set()
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name == "id":
                self.ids.add(value)
            elif name in ("href", "src") and value:
                self.links.add(value)


root = Path(sys.argv[1]).resolve()
# One page of the whole book for printing repeats the others with links of its own; mdBook serves the other from any path.
pages = {path: Page(path.read_text()) for path in root.rglob("*.html") if path.name not in ("print.html", "404.html", "toc.html")}
wrong, checked = [], 0
for path, page in pages.items():
    for link in page.links:
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            continue
        checked += 1
        target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        target = target / "index.html" if target.is_dir() else target
        there = target.exists() and (not parts.fragment or target not in pages or unquote(parts.fragment) in pages[target].ids)
        if not there:
            wrong.append(f"{path.relative_to(root)}: {link}")
print(f"{checked} links in {len(pages)} pages of the book")
if wrong or checked < 100:
    sys.exit("\n".join(["these links lead nowhere:", *sorted(wrong)]))
