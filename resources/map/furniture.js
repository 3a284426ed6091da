// What lies over the map: attribution, cursor position, legend, the tip at the pointer. All texts by textContent.
"use strict";

Desk.Furniture = class {
  constructor(map, boundaries, points) {
    this.map = map;
    this.boundaries = boundaries;
    this.points = points;
    this.words = { north: "N", south: "S", east: "E", west: "W" };
    const add = (id, className) => {
      const element = document.createElement("div");
      element.id = id;
      element.className = className;
      document.body.appendChild(element);
      return element;
    };
    this.attribution = add("attribution", "desk-note");
    this.cursor = add("cursor", "desk-note");
    this.tip = add("tip", "");
    this.legend = add("legend", "closed");
    this.baseAttribution = "";
    L.control.scale({ imperial: false, maxWidth: 120, position: "bottomright" }).addTo(map);
    map.on("mousemove", (event) => this.later(event.containerPoint, event.latlng));
    map.on("mouseout", () => { this.tip.style.display = "none"; this.cursor.textContent = ""; });
    map.on("movestart", () => { this.tip.style.display = "none"; });
  }

  setWords(words) {
    this.words = words;
    this.showAttribution();
    this.buildLegend(words);
  }

  showAttribution() {
    this.attribution.textContent = [this.words.attribution, this.baseAttribution].filter(Boolean).join(" · ");
    this.attribution.title = this.attribution.textContent;
  }

  buildLegend(words) {
    const closed = this.legend.classList.contains("closed");
    this.legend.replaceChildren();
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = words.legend_title;
    button.setAttribute("aria-expanded", String(!closed));
    button.onclick = () => button.setAttribute("aria-expanded", String(!this.legend.classList.toggle("closed")));
    const rows = document.createElement("div");
    rows.className = "rows";
    for (const entry of words.legend) {
      const row = document.createElement("div"), picture = document.createElement("canvas"), text = document.createElement("span");
      const ratio = window.devicePixelRatio || 1;
      row.className = "row";
      picture.width = 28 * ratio;
      picture.height = 24 * ratio;
      const c = picture.getContext("2d"), side = Desk.shapes.SIDE;
      c.scale(ratio, ratio);
      if (entry.shape === "area") {
        Desk.Areas.swatch(c, entry.rank, entry.look === "dashed");
        text.textContent = entry.text;
        row.append(picture, text);
        rows.append(row);
        continue;
      }
      const sprite = entry.shape === "cluster" ? Desk.shapes.clusterSprite(12, 0) : Desk.shapes.sprite(entry.shape, entry.look, entry.rank);
      c.drawImage(sprite, 14 - side / 2, 12 - side / 2, side, side);
      text.textContent = entry.text;
      row.append(picture, text);
      rows.append(row);
    }
    this.legend.append(button, rows);
  }

  later(point, at) {
    this.last = [point, at];
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => { this.waiting = false; this.pointed(...this.last); });
  }

  pointed(point, at) {
    const [ux, uy] = Desk.unit(at.lat, at.lng), name = this.boundaries.nameAt(ux, uy), w = this.words;
    const degrees = (value) => Math.abs(value).toFixed(4).replace(".", ",");
    const place = `${degrees(at.lat)}° ${at.lat < 0 ? w.south : w.north}  ${degrees(at.lng)}° ${at.lng < 0 ? w.west : w.east}`;
    this.cursor.textContent = name ? `${name}  ·  ${place}` : place;
    const item = this.points.at(point.x, point.y);
    this.map.getContainer().classList.toggle("over-item", item !== null);
    const text = item && !item.cluster ? item.tip : "";
    this.tip.style.display = text ? "block" : "none";
    if (!text) return;
    this.tip.textContent = text;
    const size = this.map.getSize();
    this.tip.style.left = `${Math.min(point.x + 14, size.x - this.tip.offsetWidth - 4)}px`;
    this.tip.style.top = `${Math.max(4, Math.min(point.y + 14, size.y - this.tip.offsetHeight - 24))}px`;
  }
};
