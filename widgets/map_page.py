"""The map's HTML page, built by folium with every asset on our own scheme and a policy that allows nothing else."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from typing import Final

import folium
from branca.element import Element, Figure, JavascriptLink

from widgets.map_scheme import BASE_URL

SCRIPTS: Final = ("shapes.js", "areas.js", "boundaries.js", "points.js", "furniture.js", "desk.js")
_INLINE_SCRIPT: Final = re.compile(r"<script>(.*?)</script>", re.DOTALL)


LEAFLET_JS: Final = [("leaflet", f"{BASE_URL}leaflet/leaflet.js")]
LEAFLET_CSS: Final = [("leaflet_css", f"{BASE_URL}leaflet/leaflet.css"), ("desk_css", f"{BASE_URL}own/desk.css")]
"""folium's own lists name web addresses of Leaflet, jQuery, Bootstrap and more; these take their place."""


def _policy(scripts: list[str]) -> str:
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" for script in scripts
    )
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src trucban: {hashes}",
            # Leaflet positions by style attributes; styles cannot load or run anything under this policy.
            "style-src trucban: 'unsafe-inline'",
            "img-src trucban: data:",
            "font-src trucban:",
            "connect-src trucban:",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-src 'none'",
            "object-src 'none'",
        )
    )


@cache
def build_page() -> bytes:
    """The page as UTF-8 HTML. Its inline scripts are folium's own and are allowed by their hashes only."""
    desk = folium.Map(
        location=(21.9, 104.1),
        zoom_start=9,
        tiles=None,
        zoom_control=False,
        attribution_control=False,
        zoom_animation=False,
        fade_animation=False,
        marker_zoom_animation=False,
        inertia=False,
        keyboard_pan_delta=120,
        min_zoom=3,
        max_zoom=19,
        world_copy_jump=False,
        bounce_at_zoom_limits=False,
        double_click_zoom=True,
        wheel_px_per_zoom_level=90,
    )
    desk.default_js, desk.default_css = LEAFLET_JS, LEAFLET_CSS
    desk._id = "desk"  # a fixed name instead of a random one, so that our scripts find it and the page is reproducible
    figure = desk.get_root()
    assert isinstance(figure, Figure)
    figure.header.add_child(JavascriptLink(f"{BASE_URL}qt/qwebchannel.js"), name="qwebchannel")
    for name in SCRIPTS:
        figure.html.add_child(Element(f'<script defer src="{BASE_URL}own/{name}"></script>'), name=name)
    html: str = figure.render()
    policy = _policy(_INLINE_SCRIPT.findall(html))
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    return html.replace("<head>", f'<head>\n<meta charset="utf-8">\n{meta}', 1).encode()
