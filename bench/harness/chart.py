"""A chart of a run, as SVG that can be read on a light page and on a dark one."""
from dataclasses import dataclass
from statistics import median
from xml.etree import ElementTree

LOSES = "✗"
WHISKER_NOTE = "the line in a bar: least to most"
LOSES_NOTE = f"{LOSES} loses bytes in the byte-for-byte check"

STYLE = """
text { font: 13px system-ui, 'Segoe UI', 'Liberation Sans', sans-serif; fill: #1f2328 }
.head, .ours-text { font-weight: 600 }
.small { font-size: 12px; fill: #59636e }
.lost { fill: #cf222e }
.bar { fill: #afb8c1 }
.ours { fill: #0969da }
.whisker { stroke: #1f2328; stroke-width: 1.5; fill: none }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc }
  .small { fill: #9198a1 }
  .lost { fill: #f85149 }
  .bar { fill: #656c76 }
  .ours { fill: #1f6feb }
  .whisker { stroke: #f0f6fc }
}
"""


@dataclass(frozen=True)
class Panel:
    """A figure of one workload, as a bar for each server."""

    head: str
    hint: str
    workload: str
    field: str
    digits: int

    def values(self, measurements, server):
        return measurements.values(self.workload, server, self.field)

    def measured(self, measurements):
        return [server for server in measurements.servers if self.values(measurements, server)]

    def tried(self, measurements):
        return [
            server
            for server in measurements.servers
            if self.values(measurements, server) or measurements.failure(self.workload, server)
        ]


PANELS = [
    Panel("CPU an echo, us", "512 bytes, 50 clients; less is better", "pingpong-50", "cpu_us", 1),
    Panel("an idle connection, bytes", "resident, each; less is better", "idle", "bytes_each", 0),
]

# In pixels. A letter is as wide as the widest that a label is likely to be made of, on average.
LETTER = 7.4
ROW = 27
BAR = 15
HEAD = 58
NOTE = 18
PANEL = 300
VALUE = 62
GAP = 24


def summary(measurements):
    """What the chart shows, in words."""
    heads = " and ".join(f"{panel.head} ({panel.hint})" for panel in _panels(measurements)) or "nothing was measured"
    return f"Servers beside each other: {heads}"


def draw(measurements):
    panels = _panels(measurements)
    servers = _servers(measurements, panels)
    labels = {server: _label(measurements, server) for server in servers}
    left = max((len(label) for label in labels.values()), default=0) * LETTER + 12
    width = round(left + max(1, len(panels)) * (PANEL + GAP))
    notes = [WHISKER_NOTE] + ([LOSES_NOTE] if any(measurements.losses(server) for server in servers) else [])
    height = HEAD + len(servers) * ROW + len(notes) * NOTE + 6
    svg = ElementTree.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {width} {height}",
            "width": str(width),
            "height": str(height),
            "role": "img",
            "aria-labelledby": "title description",
        },
    )
    _text(svg, "title", summary(measurements), id="title")
    _text(svg, "desc", _description(measurements, panels, servers), id="description")
    _text(svg, "style", STYLE)
    for row, server in enumerate(servers):
        classes = "ours-text" if _is_ours(server) else ""
        place = _at(left - 10, _middle(row))
        label = _text(svg, "text", measurements.title(server), **place, classes=classes, end=True)
        if measurements.losses(server):
            _text(label, "tspan", f" {LOSES}", classes="lost")
    for column, panel in enumerate(panels):
        _panel(svg, measurements, panel, servers, left + column * (PANEL + GAP))
    for line, note in enumerate(notes):
        _text(svg, "text", note, **_at(left, HEAD + len(servers) * ROW + 14 + line * NOTE), classes="small")
    for element in svg:
        element.tail = "\n"
    return ElementTree.tostring(svg, encoding="unicode") + "\n"


def _panels(measurements):
    return [panel for panel in PANELS if panel.measured(measurements)]


def _servers(measurements, panels):
    """Those that a panel shows: the least first, by the first panel."""
    tried = {server for panel in panels for server in panel.tried(measurements)}

    def order(server):
        values = panels[0].values(measurements, server)
        return median(values) if values else float("inf")

    return sorted((server for server in measurements.servers if server in tried), key=order)


def _panel(svg, measurements, panel, servers, left):
    _text(svg, "text", panel.head, **_at(left, 20), classes="head")
    _text(svg, "text", panel.hint, **_at(left, 38), classes="small")
    most = max(max(panel.values(measurements, server)) for server in panel.measured(measurements))
    scale = (PANEL - VALUE) / most
    for row, server in enumerate(servers):
        values = panel.values(measurements, server)
        if values:
            _bar(svg, left, row, [value * scale for value in values], _is_ours(server))
            classes = "ours-text" if _is_ours(server) else ""
            figure = f"{median(values):,.{panel.digits}f}"
            _text(svg, "text", figure, **_at(left + max(values) * scale + 8, _middle(row)), classes=classes)
        elif measurements.failure(panel.workload, server):
            _text(svg, "text", "failed", **_at(left, _middle(row)), classes="small")


def _bar(svg, left, row, lengths, ours):
    top = HEAD + row * ROW
    middle = top + BAR / 2
    ElementTree.SubElement(
        svg,
        "rect",
        {
            "x": f"{left:.1f}",
            "y": str(top),
            "width": f"{median(lengths):.1f}",
            "height": str(BAR),
            "rx": "2",
            "class": "bar ours" if ours else "bar",
        },
    )
    least, most = left + min(lengths), left + max(lengths)
    ends = f"M{least:.1f} {middle - 4}v8M{most:.1f} {middle - 4}v8"
    ElementTree.SubElement(svg, "path", {"d": f"M{least:.1f} {middle}H{most:.1f}{ends}", "class": "whisker"})


def _is_ours(server):
    return server.startswith("ours")


def _label(measurements, server):
    return measurements.title(server) + (f" {LOSES}" if measurements.losses(server) else "")


def _description(measurements, panels, servers):
    sentences = []
    for panel in panels:
        figures = [
            f"{measurements.title(server)} {median(values):,.{panel.digits}f}"
            for server in servers
            if (values := panel.values(measurements, server))
        ]
        sentences.append(f"{panel.head}, {panel.hint}: {'; '.join(figures)}.")
    losing = [measurements.title(server) for server in servers if measurements.losses(server)]
    if losing:
        sentences.append(f"Loses bytes: {'; '.join(losing)}.")
    return " ".join(sentences)


def _middle(row):
    """The base line of a text beside the bar."""
    return HEAD + row * ROW + BAR / 2 + 4.5


def _at(x, y):
    return {"x": f"{x:.1f}", "y": f"{y:.1f}"}


def _text(parent, tag, text, classes="", end=False, **attributes):
    if classes:
        attributes["class"] = classes
    if end:
        attributes["text-anchor"] = "end"
    element = ElementTree.SubElement(parent, tag, attributes)
    element.text = text
    return element
