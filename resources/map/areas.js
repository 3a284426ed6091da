// Shaded areas and the sectors cameras look at, on one canvas under the points.
"use strict";

// A canvas that covers the view and a margin; its content is placed in pixels of the whole world at the present zoom.
Desk.Sheet = class {
  static MARGIN = 96;

  constructor(map, name, zIndex) {
    this.map = map;
    const pane = map.createPane(name);
    pane.style.zIndex = zIndex;
    pane.style.pointerEvents = "none";
    this.canvas = document.createElement("canvas");
    this.canvas.className = "desk-canvas";
    pane.appendChild(this.canvas);
    this.context = this.canvas.getContext("2d");
    this.width = this.height = 0;
    this.originX = this.originY = 0;
    this.scale = 1;
  }

  // Puts the canvas over the view again; empties it.
  place() {
    const margin = Desk.Sheet.MARGIN, size = this.map.getSize(), ratio = window.devicePixelRatio || 1;
    this.width = size.x + 2 * margin;
    this.height = size.y + 2 * margin;
    if (this.canvas.width !== Math.round(this.width * ratio) || this.canvas.height !== Math.round(this.height * ratio)) {
      this.canvas.width = Math.round(this.width * ratio);
      this.canvas.height = Math.round(this.height * ratio);
      this.canvas.style.width = `${this.width}px`;
      this.canvas.style.height = `${this.height}px`;
    }
    L.DomUtil.setPosition(this.canvas, this.map.containerPointToLayerPoint([-margin, -margin]));
    const bounds = this.map.getPixelBounds();
    this.originX = bounds.min.x - margin;
    this.originY = bounds.min.y - margin;
    this.scale = 256 * Math.pow(2, this.map.getZoom());
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.context.clearRect(0, 0, this.width, this.height);
  }

  x(unit) { return unit * this.scale - this.originX; }
  y(unit) { return unit * this.scale - this.originY; }
};

Desk.unit = (lat, lon) => {
  const clamped = Math.max(-85.05112878, Math.min(85.05112878, lat)) * Math.PI / 180;
  return [(lon + 180) / 360, (1 - Math.asinh(Math.tan(clamped)) / Math.PI) / 2];
};
Desk.metresPerPixel = (lat, zoom) => (40075016.686 * Math.cos(lat * Math.PI / 180)) / (256 * Math.pow(2, zoom));

Desk.Areas = class {
  constructor(map, boundaries, points) {
    this.sheet = new Desk.Sheet(map, "areas", 400);
    this.map = map;
    this.boundaries = boundaries;
    this.points = points;
    this.areas = new Map();
    this.patterns = new Map();
  }

  // All areas of an owner; none = it has no more.
  put(owner, shapes) {
    for (const area of shapes) {
      area.rings = area.ring.length ? [area.ring.map(([lon, lat]) => Desk.unit(lat, lon))] : [];
      const xs = area.rings.flat().map(([x]) => x), ys = area.rings.flat().map(([, y]) => y);
      area.span = xs.length ? [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)] : null;
      if (area.centre) area.at = Desk.unit(area.centre[1], area.centre[0]);
    }
    if (shapes.length) this.areas.set(owner, shapes);
    else this.areas.delete(owner);
  }

  // One pattern a severity, so that areas differ without colour: 1 crossed, 2 rising, 3 level, 4 dotted, 5 falling.
  pattern(rank, acknowledged) {
    const key = `${rank}|${acknowledged}`;
    let found = this.patterns.get(key);
    if (!found) {
      const tile = document.createElement("canvas"), side = acknowledged ? 16 : 10;
      tile.width = tile.height = side;
      const c = tile.getContext("2d");
      c.strokeStyle = c.fillStyle = Desk.theme.ranks[rank] || Desk.theme.colours.text3;
      c.globalAlpha = acknowledged ? 0.16 : 0.26;
      c.lineWidth = 1;
      c.beginPath();
      if (rank === 1 || rank === 2) for (const d of [-side, 0, side]) { c.moveTo(d - 2, side + 2); c.lineTo(d + side + 2, -2); }
      if (rank === 1 || rank === 5) for (const d of [-side, 0, side]) { c.moveTo(d - 2, -2); c.lineTo(d + side + 2, side + 2); }
      if (rank === 3) { c.moveTo(0, side / 2 + 0.5); c.lineTo(side, side / 2 + 0.5); }
      c.stroke();
      if (rank === 4) { c.beginPath(); c.arc(side / 2, side / 2, 1, 0, 7); c.fill(); }
      found = this.sheet.context.createPattern(tile, "repeat");
      this.patterns.set(key, found);
    }
    return found;
  }

  // Broad stripes of light and dark: an exercise, unlike any severity.
  static stripes(context) {
    const tile = document.createElement("canvas"), side = 28;
    tile.width = tile.height = side;
    const c = tile.getContext("2d");
    c.lineWidth = 7;
    for (const [shift, ink] of [[0, Desk.theme.colours.text1], [side / 2, Desk.theme.colours.window]]) {
      c.strokeStyle = ink;
      c.globalAlpha = 0.34;
      c.beginPath();
      for (const d of [-side, 0, side]) { c.moveTo(d + shift - 4, side + 4); c.lineTo(d + shift + side + 4, -4); }
      c.stroke();
    }
    return context.createPattern(tile, "repeat");
  }

  // The sample of the legend: a tinted square, striped where it is an exercise's.
  static swatch(c, level, striped) {
    const tint = Desk.theme.levels[level];
    if (tint) { c.globalAlpha = 0.55; c.fillStyle = tint; c.fillRect(5, 4, 18, 16); c.globalAlpha = 1; }
    if (striped) { c.fillStyle = Desk.Areas.stripes(c); c.fillRect(5, 4, 18, 16); }
    c.strokeStyle = tint || Desk.theme.colours.text2;
    c.lineWidth = 1.5;
    c.strokeRect(5, 4, 18, 16);
  }

  striping() {
    let found = this.patterns.get("striped");
    if (!found) this.patterns.set("striped", found = Desk.Areas.stripes(this.sheet.context));
    return found;
  }

  draw() {
    const sheet = this.sheet, c = sheet.context;
    sheet.place();
    for (const area of [...this.areas.values()].flat().sort((a, b) => b.rank - a.rank)) {
      if (this.beside(area)) continue;
      c.beginPath();
      this.trace(c, area);
      const quiet = area.look !== "filled";
      const tint = area.look !== "dim" && Desk.theme.levels[area.level];
      if (tint) {
        c.globalAlpha = quiet ? 0.2 : 0.34;
        c.fillStyle = tint;
        c.fill("evenodd");
        c.globalAlpha = 1;
      }
      if (area.striped || area.rank) {
        c.fillStyle = area.striped ? this.striping() : this.pattern(area.rank, quiet);
        c.fill("evenodd");
      }
      c.strokeStyle = tint || (area.look !== "dim" && Desk.theme.ranks[area.rank]) || Desk.theme.colours.text3;
      c.globalAlpha = quiet ? 0.6 : 0.9;
      c.lineWidth = quiet ? 1 : 1.5;
      c.setLineDash(area.look === "dashed" ? [6, 4] : []);
      c.stroke();
      c.setLineDash([]);
      c.globalAlpha = 1;
    }
    this.drawCones(c);
  }

  // A ring that lies outside of the sheet as a whole.
  beside({ span, at }) {
    const sheet = this.sheet;
    return Boolean(span) && !at && (sheet.x(span[2]) < 0 || sheet.x(span[0]) > sheet.width || sheet.y(span[3]) < 0
      || sheet.y(span[1]) > sheet.height);
  }

  // What is to be written of each owner, once, in the widest of its areas that the sheet shows: {lines, boxes}, boxes from
  // the largest on as [left, top, right, bottom].
  notes(sheet) {
    const found = [];
    for (const areas of this.areas.values()) {
      const noted = areas.filter((area) => area.note);
      if (!noted.length) continue;
      const margin = Desk.Sheet.MARGIN, size = ([l, t, r, b]) => (r - l) * (b - t);
      const boxes = noted.map((area) => this.box(area, sheet)).filter(Boolean).map(([l, t, r, b]) => [
        Math.max(l, margin), Math.max(t, margin), Math.min(r, sheet.width - margin), Math.min(b, sheet.height - margin)])
        .filter(([l, t, r, b]) => l < r && t < b).sort((one, other) => size(other) - size(one));
      if (boxes.length) found.push({ lines: noted[0].note.split("\n"), rank: noted[0].rank, boxes });
    }
    return found.sort((one, other) => one.rank - other.rank);
  }

  // [left, top, right, bottom] in pixels; null where nothing of it is known yet.
  box(area, sheet) {
    if (area.at) {
      const radius = area.radius_m / Desk.metresPerPixel(area.centre[1], this.map.getZoom());
      const x = sheet.x(area.at[0]), y = sheet.y(area.at[1]);
      return [x - radius, y - radius, x + radius, y + radius];
    }
    const rings = area.codes.length ? area.codes.flatMap((code) => this.boundaries.ringsOf(code)) : area.rings;
    let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
    for (const ring of rings) for (const [ux, uy] of ring) {
      left = Math.min(left, sheet.x(ux));
      right = Math.max(right, sheet.x(ux));
      top = Math.min(top, sheet.y(uy));
      bottom = Math.max(bottom, sheet.y(uy));
    }
    return left < right ? [left, top, right, bottom] : null;
  }

  trace(c, area) {
    const sheet = this.sheet;
    if (area.at) {
      const radius = area.radius_m / Desk.metresPerPixel(area.centre[1], this.map.getZoom());
      const x = sheet.x(area.at[0]), y = sheet.y(area.at[1]);
      c.moveTo(x + radius, y);
      c.arc(x, y, radius, 0, 2 * Math.PI);
    }
    const rings = area.codes.length ? area.codes.flatMap((code) => this.boundaries.ringsOf(code)) : area.rings;
    for (const ring of rings) {
      ring.forEach(([ux, uy], i) => (i ? c.lineTo(sheet.x(ux), sheet.y(uy)) : c.moveTo(sheet.x(ux), sheet.y(uy))));
      c.closePath();
    }
  }

  drawCones(c) {
    const zoom = this.map.getZoom(), sheet = this.sheet;
    if (zoom < 13) return;
    for (const item of this.points.items.values()) {
      if (!item.cone) continue;
      const x = sheet.x(item.ux), y = sheet.y(item.uy), [bearing, view, range] = item.cone;
      const reach = Math.max(22, range / Desk.metresPerPixel(item.lat, zoom));
      if (x < -reach || y < -reach || x > sheet.width + reach || y > sheet.height + reach) continue;
      const from = ((bearing - view / 2 - 90) * Math.PI) / 180, to = ((bearing + view / 2 - 90) * Math.PI) / 180;
      c.beginPath();
      c.moveTo(x, y);
      c.arc(x, y, reach, from, to);
      c.closePath();
      const lost = item.look === "lost";
      const chosen = item.id === this.points.selected;
      c.fillStyle = lost ? "rgba(0,0,0,.35)" : chosen ? "rgba(230,234,240,.26)" : "rgba(167,177,190,.13)";
      c.fill();
      c.strokeStyle = lost ? "rgba(255,255,255,.45)" : chosen ? "rgba(230,234,240,.8)" : "rgba(167,177,190,.38)";
      c.lineWidth = 1;
      c.setLineDash(lost ? [3, 3] : []);
      c.stroke();
      c.setLineDash([]);
    }
  }
};
