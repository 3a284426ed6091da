// Thousands of symbols on three sheets: things (repainted by squares that changed), labels, and marks above all.
"use strict";

Desk.Points = class {
  static SQUARE = 128;      // side of a repaint square, px
  static REACH = 18;        // how far a symbol reaches from its place, px
  static LIFT = 20;         // marks hover this far above their place, px
  static LABEL_EVERY_MS = 120;
  static PULSE_EVERY_MS = 83;

  constructor(map, boundaries) {
    this.map = map;
    this.boundaries = boundaries;
    this.areas = null; // whose notes are written with the labels, so that neither covers the other
    this.items = new Map();
    this.marks = new Map();
    this.selected = "";
    this.live = true;
    this.things = new Desk.Sheet(map, "things", 420);
    this.labels = new Desk.Sheet(map, "labels", 430);
    this.top = new Desk.Sheet(map, "marks", 440);
    this.squares = new Map();
    this.dirty = new Set();
    this.all = true;
    this.marksDirty = true;
    this.labelsDirty = true;
    this.conesDirty = true;
    this.labelsAt = 0;
    this.labelTimer = 0;
    this.widths = new Map();
    this.marked = [];
    this.pulseTimer = 0;
  }

  static read(row) {
    const [id, lat, lon, mark] = row, [ux, uy] = Desk.unit(lat, lon);
    const place = { id, lat, lon, mark: mark === 1, ux, uy, squares: null };
    if (id[0] === "~") {
      const [, , , , count, worst, waiting, lost] = row;
      return { ...place, cluster: true, talks: id.startsWith("~talks/"), count, rank: worst, look: waiting ? "filled" : "outline", lost };
    }
    const [, , , , shape, look, rank, label, value, note, tip, cone, labelZoom, valueZoom, tint] = row;
    return { ...place, cluster: false, shape, look, rank, label, value, note, tip, cone, labelZoom, valueZoom, tint };
  }

  put(row) {
    const item = Desk.Points.read(row), before = this.items.get(item.id);
    if (before) this.forget(before);
    this.items.set(item.id, item);
    if (item.mark) { this.marks.set(item.id, item); this.marksDirty = true; }
    else this.enter(item);
    if (item.cone || (before && before.cone)) this.conesDirty = this.conesDirty || !before || !before.cone || !item.cone
      || before.look !== item.look || before.ux !== item.ux || before.uy !== item.uy || String(before.cone) !== String(item.cone);
    if (this.speaks(item) || (before && this.speaks(before)) || !before) this.labelsDirty = true;
  }

  // Something is written beside it at this zoom.
  speaks(item) {
    const zoom = this.map.getZoom();
    return !item.cluster && (item.id === this.selected || (item.label && zoom >= item.labelZoom)
      || ((item.value || item.note) && zoom >= item.valueZoom));
  }

  remove(id) {
    const item = this.items.get(id);
    if (!item) return;
    this.forget(item);
    this.items.delete(id);
    if (item.cone) this.conesDirty = true;
    this.labelsDirty = true;
  }

  clear() {
    this.items.clear();
    this.marks.clear();
    this.squares.clear();
    this.all = this.marksDirty = this.labelsDirty = this.conesDirty = true;
  }

  select(id) {
    for (const each of [this.selected, id]) {
      const item = this.items.get(each);
      if (item && item.squares) item.squares.forEach((key) => this.dirty.add(key));
    }
    this.selected = id;
    this.marksDirty = this.labelsDirty = this.conesDirty = true;
  }

  forget(item) {
    if (item.mark) { this.marks.delete(item.id); this.marksDirty = true; }
    if (!item.squares) return;
    for (const key of item.squares) {
      const square = this.squares.get(key);
      if (square) square.delete(item);
      this.dirty.add(key);
    }
  }

  // Writes the item into the repaint squares it touches.
  enter(item) {
    const s = this.things, side = Desk.Points.SQUARE, reach = Desk.Points.REACH;
    const x = s.x(item.ux), y = s.y(item.uy);
    item.squares = [];
    if (x < -reach || y < -reach || x > s.width + reach || y > s.height + reach) return;
    for (let i = Math.floor((x - reach) / side); i <= Math.floor((x + reach) / side); i++)
      for (let j = Math.floor((y - reach) / side); j <= Math.floor((y + reach) / side); j++) {
        const key = i * 4096 + j;
        let square = this.squares.get(key);
        if (!square) this.squares.set(key, (square = new Set()));
        square.add(item);
        item.squares.push(key);
        this.dirty.add(key);
      }
  }

  // The view moved: everything lies elsewhere.
  moved() { this.all = this.marksDirty = this.labelsDirty = this.conesDirty = true; }

  paint(now) {
    if (this.all) {
      this.things.place();
      this.squares.clear();
      this.dirty.clear();
      for (const item of this.items.values()) if (!item.mark) this.enter(item);
      this.dirty.clear();
      for (const item of this.items.values()) if (!item.mark && item.squares.length) this.drawThing(item);
      this.all = false;
    } else this.paintSquares();
    if (this.marksDirty) this.paintMarks();
    this.paintLabelsSoon(now);
  }

  paintSquares() {
    const c = this.things.context, side = Desk.Points.SQUARE;
    for (const key of this.dirty) {
      const i = Math.floor((key + 2048) / 4096), j = key - i * 4096;
      c.save();
      c.beginPath();
      c.rect(i * side, j * side, side, side);
      c.clip();
      c.clearRect(i * side, j * side, side, side);
      for (const item of this.squares.get(key) || []) this.drawThing(item);
      c.restore();
    }
    this.dirty.clear();
  }

  drawThing(item) {
    const c = this.things.context, x = this.things.x(item.ux), y = this.things.y(item.uy), side = Desk.shapes.SIDE;
    const picture = item.talks ? Desk.shapes.talksSprite(item.count, item.rank)
      : item.cluster ? Desk.shapes.clusterSprite(item.count, item.lost) : Desk.shapes.sprite(item.shape, item.look, 0, false, item.tint);
    c.drawImage(picture, Math.round(x - side / 2), Math.round(y - side / 2), side, side);
    if (item.id === this.selected) this.brackets(c, x, y, 14);
  }

  brackets(c, x, y, r) {
    c.strokeStyle = Desk.theme.colours.text1;
    c.lineWidth = 1.6;
    c.beginPath();
    for (const [sx, sy] of [[-1, -1], [1, -1], [1, 1], [-1, 1]]) {
      c.moveTo(x + sx * r, y + sy * (r - 5));
      c.lineTo(x + sx * r, y + sy * r);
      c.lineTo(x + sx * (r - 5), y + sy * r);
    }
    c.stroke();
  }

  paintMarks() {
    this.top.place();
    const s = this.top;
    this.marked = [...this.marks.values()].filter((m) => {
      const x = s.x(m.ux), y = s.y(m.uy);
      return x > -40 && y > -40 && x < s.width + 40 && y < s.height + 60;
    }).sort((a, b) => b.rank - a.rank);
    for (const mark of this.marked) this.drawMark(mark, 1);
    this.marksDirty = false;
    this.pulse();
  }

  drawMark(mark, brightness) {
    const c = this.top.context, x = Math.round(this.top.x(mark.ux)), y = Math.round(this.top.y(mark.uy));
    const up = y - Desk.Points.LIFT, side = Desk.shapes.SIDE, hue = Desk.theme.ranks[mark.rank] || Desk.theme.colours.text2;
    if (brightness === 1) {
      c.strokeStyle = hue;
      c.lineWidth = 1.5;
      c.beginPath(); c.moveTo(x, y); c.lineTo(x, up); c.stroke();
      c.fillStyle = hue;
      c.beginPath(); c.arc(x, y, 2.2, 0, 7); c.fill();
    }
    c.drawImage(Desk.shapes.sprite("mark", mark.look, mark.rank), x - side / 2, up - side / 2, side, side);
    if (brightness < 1) {
      c.globalAlpha = 1 - brightness;
      c.drawImage(Desk.shapes.sprite("mark", mark.look, mark.rank, true), x - side / 2, up - side / 2, side, side);
      c.globalAlpha = 1;
    }
    if (mark.cluster) this.drawCount(c, x + 12, up, mark.count);
    if (mark.id === this.selected) this.brackets(c, x, up, 17);
  }

  drawCount(c, x, y, count) {
    const text = `×${count}`;
    c.font = Desk.font(11, 600);
    const width = c.measureText(text).width + 8;
    c.fillStyle = Desk.theme.colours.window;
    c.strokeStyle = Desk.theme.colours.text3;
    c.lineWidth = 1;
    c.beginPath(); c.roundRect(x, y - 8, width, 16, 3); c.fill(); c.stroke();
    c.fillStyle = Desk.theme.colours.text1;
    c.textAlign = "left";
    c.textBaseline = "middle";
    c.fillText(text, x + 4, y + 0.5);
  }

  // What nobody has taken note of goes darker and brighter once a second; it never vanishes. Nothing else moves.
  pulse() {
    clearTimeout(this.pulseTimer);
    const waiting = this.live ? this.marked.filter((m) => m.look === "filled") : [];
    this.pulsing = waiting.length;
    if (!waiting.length || document.hidden) return;
    this.pulseTimer = setTimeout(() => requestAnimationFrame((now) => {
      if (!this.marksDirty) {
        const brightness = 0.5 + 0.5 * Math.cos((now / 1000) * 2 * Math.PI);
        for (const mark of waiting) this.drawMark(mark, Math.min(brightness, 0.999));
      }
      this.pulse();
    }), waiting.length > 200 ? 250 : Desk.Points.PULSE_EVERY_MS);
  }

  paintLabelsSoon(now) {
    if (!this.labelsDirty || this.labelTimer) return;
    const wait = Math.max(0, this.labelsAt + Desk.Points.LABEL_EVERY_MS - now);
    if (wait === 0) return void this.paintLabels(now);
    this.labelTimer = setTimeout(() => { this.labelTimer = 0; this.paintLabels(performance.now()); }, wait);
  }

  width(c, text) {
    const key = c.font + text;
    let found = this.widths.get(key);
    if (found === undefined) {
      if (this.widths.size > 5000) this.widths.clear();
      this.widths.set(key, (found = c.measureText(text).width));
    }
    return found;
  }

  // Texts of an item at this zoom, as [text, colour, weight] from left to right, or null.
  texts(item, zoom) {
    const c = Desk.theme.colours, chosen = item.id === this.selected, parts = [];
    if (item.cluster) return null;
    const shown = chosen || zoom >= item.labelZoom;
    if (item.note && (chosen || zoom >= item.valueZoom)) parts.push([item.note, item.look === "dim" ? c.text2 : c.text1, 600]);
    if (item.value && (chosen || zoom >= item.valueZoom)) parts.push([item.value, item.look === "dim" ? c.text3 : c.text1, 500]);
    if (item.label && shown) parts.push([item.label, item.mark ? c.text1 : c.text2, item.mark ? 500 : 400]);
    return parts.length ? parts : null;
  }

  candidates(zoom) {
    const s = this.labels, found = [];
    for (const item of this.items.values()) {
      if (!this.speaks(item)) continue;
      const x = s.x(item.ux), y = s.y(item.uy) - (item.mark ? Desk.Points.LIFT : 0);
      if (x < 0 || y < 0 || x > s.width || y > s.height) continue;
      const parts = this.texts(item, zoom);
      if (!parts) continue;
      const weight = item.id === this.selected ? 0 : item.mark ? item.rank : item.note ? 7 : item.value ? 8 : 9;
      found.push({ x, y, parts, weight, lost: item.look === "lost", dim: item.look === "dim", reach: item.mark ? 17 : 12 });
    }
    return found.sort((a, b) => a.weight - b.weight).slice(0, 400);
  }

  paintLabels(now) {
    const s = this.labels, c = s.context, zoom = this.map.getZoom();
    s.place();
    this.labelsDirty = false;
    this.labelsAt = now;
    c.textBaseline = "middle";
    c.textAlign = "left";
    c.lineJoin = "round";
    const taken = new Desk.Room();
    // Names keep clear of symbols, except where there are so many that no place would be left anyway.
    const crowd = this.items.size > 1500 ? this.marks : this.items;
    for (const item of crowd.values()) {
      const x = s.x(item.ux), y = s.y(item.uy);
      if (x < -20 || y < -20 || x > s.width + 20 || y > s.height + 40) continue;
      const r = item.cluster ? 13 : item.mark ? 12 : 8, up = item.mark ? Desk.Points.LIFT : 0;
      taken.take(x - r, y - up - r, 2 * r + (item.cluster && item.mark ? 24 : 0), 2 * r);
    }
    for (const label of this.candidates(zoom)) this.placeLabel(c, taken, label);
    this.paintNotes(c, taken);
    this.paintNames(c, taken, zoom);
  }

  // What areas say of themselves: in the middle, else above or below it; not at all where something else is written.
  paintNotes(c, taken) {
    for (const note of this.areas ? this.areas.notes(this.labels) : []) {
      c.font = Desk.font(12, 600);
      const height = 16 * note.lines.length, width = Math.max(...note.lines.map((line) => this.width(c, line)));
      for (const [left, top, right, bottom] of note.boxes) {
        if (right - left < width || bottom - top < height) continue;
        const x = (left + right - width) / 2, middle = (top + bottom - height) / 2;
        const y = [middle, (middle + top) / 2, (middle + bottom - height) / 2].find((one) => taken.isFree(x - 4, one, width + 8, height));
        if (y === undefined) continue;
        taken.take(x - 4, y, width + 8, height);
        note.lines.forEach((line, i) => this.halo(c, line, x + (width - this.width(c, line)) / 2, y + 8 + 16 * i, Desk.theme.colours.text1));
        break;
      }
    }
  }

  placeLabel(c, taken, label) {
    let width = 0;
    for (const part of label.parts) { c.font = Desk.font(11.5, part[2]); width += this.width(c, part[0]) + 6; }
    width -= 6;
    const r = label.reach, spots = [[r, -8], [-r - width, -8], [-width / 2, r - 2], [-width / 2, -r - 14]];
    for (const [dx, dy] of spots) {
      let x = label.x + dx, y = label.y + dy;
      if (!taken.isFree(x, y, width, 16)) continue;
      taken.take(x - 2, y, width + 4, 16);
      for (const [text, colour, weight] of label.parts) {
        c.font = Desk.font(11.5, weight);
        this.halo(c, text, x, y + 8, colour);
        x += this.width(c, text) + 6;
      }
      return;
    }
  }

  halo(c, text, x, y, colour) {
    c.strokeStyle = Desk.theme.colours.window;
    c.lineWidth = 3.5;
    c.strokeText(text, x, y);
    c.fillStyle = colour;
    c.fillText(text, x, y);
  }

  paintNames(c, taken, zoom) {
    const s = this.labels;
    for (const name of this.boundaries.names(zoom, s.scale)) {
      c.font = Desk.font(name.strong ? 12 : zoom >= 12 ? 12 : 11, name.strong ? 500 : 400);
      const width = this.width(c, name.text), x = s.x(name.ux) - width / 2, y = s.y(name.uy);
      if (x + width < 0 || y < 0 || x > s.width || y > s.height || !taken.isFree(x - 4, y - 8, width + 8, 16)) continue;
      taken.take(x - 4, y - 8, width + 8, 16);
      this.halo(c, name.text, x, y, name.strong ? Desk.theme.colours.text2 : Desk.theme.colours.text3);
    }
  }

  // The topmost item at a place of the view (CSS pixels of the container), or null.
  at(px, py) {
    const margin = Desk.Sheet.MARGIN, x = px + margin, y = py + margin;
    for (let i = this.marked.length - 1; i >= 0; i--) {
      const m = this.marked[i], dx = x - this.top.x(m.ux), dy = y - (this.top.y(m.uy) - Desk.Points.LIFT);
      const wide = m.cluster && dx > 0 ? 44 : 14;
      if (Math.abs(dx) <= wide && Math.abs(dy) <= 14) return m;
    }
    const side = Desk.Points.SQUARE, square = this.squares.get(Math.floor(x / side) * 4096 + Math.floor(y / side));
    let best = null, near = 14 * 14;
    for (const item of square || []) {
      const d = (x - this.things.x(item.ux)) ** 2 + (y - this.things.y(item.uy)) ** 2;
      if (d <= near) { near = d; best = item; }
    }
    return best;
  }
};

// Which parts of the sheet are written on already, so that no label covers another.
Desk.Room = class {
  constructor() { this.cells = new Map(); }

  each(x, y, w, h, visit) {
    for (let i = Math.floor(x / 64); i <= Math.floor((x + w) / 64); i++)
      for (let j = Math.floor(y / 64); j <= Math.floor((y + h) / 64); j++) if (visit(i * 65536 + j) === false) return false;
    return true;
  }

  take(x, y, w, h) {
    this.each(x, y, w, h, (key) => {
      const cell = this.cells.get(key);
      if (cell) cell.push([x, y, w, h]);
      else this.cells.set(key, [[x, y, w, h]]);
    });
  }

  isFree(x, y, w, h) {
    return this.each(x, y, w, h, (key) =>
      !(this.cells.get(key) || []).some(([a, b, c, d]) => x < a + c && a < x + w && y < b + d && b < y + h));
  }
};
