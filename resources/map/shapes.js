// Pictograms, drawn on a canvas once and kept as small pictures. Every state differs by shape, not by colour alone.
"use strict";
window.Desk = window.Desk || {};

Desk.theme = {
  colours: { window: "#0E1116", panel: "#151A21", raised: "#1D242D", line: "#2A333E",
             text1: "#E6EAF0", text2: "#A7B1BE", text3: "#929DAB", land: "#161D25", commune: "#1B232D",
             border: "#33404C", outline: "#566473", coast: "#4A5866" },
  levels: { 1: "#A7D8F0", 2: "#FFF3A0", 3: "#FFA94D", 4: "#E03131", 5: "#862E9C" },
  ranks: { 1: "#FF5C5C", 2: "#FF9F1A", 3: "#F5D90A", 4: "#58A6FF", 5: "#B79CFF" },
};
Desk.font = (px, weight = 400) => `${weight} ${px}px "Be Vietnam Pro", sans-serif`;

Desk.shapes = (() => {
  const SIDE = 36;  // a sprite's side in CSS pixels; symbols stay inside with their dark rim
  const cache = new Map();
  const colour = (name) => Desk.theme.colours[name];

  function polygon(c, points) {
    c.beginPath();
    points.forEach(([x, y], i) => (i ? c.lineTo(x, y) : c.moveTo(x, y)));
    c.closePath();
  }

  function regular(c, sides, radius, turn) {
    const points = [];
    for (let i = 0; i < sides; i++) {
      const a = turn + (i * 2 * Math.PI) / sides;
      points.push([radius * Math.sin(a), -radius * Math.cos(a)]);
    }
    polygon(c, points);
  }

  const MARKS = {
    1: (c) => polygon(c, [[0, -12.5], [12.5, 0], [0, 12.5], [-12.5, 0]]),
    2: (c) => polygon(c, [[0, -12], [12.5, 9.5], [-12.5, 9.5]]),
    3: (c) => { c.beginPath(); c.rect(-9.5, -9.5, 19, 19); },
    4: (c) => { c.beginPath(); c.arc(0, 0, 10, 0, 7); },
    5: (c) => regular(c, 6, 10.5, 0),
  };
  const DIGIT_DOWN = { 1: 0.5, 2: 2.5, 3: 0.5, 4: 0.5, 5: 0.5 };

  // What stands inside a thing's frame, in a box of about 10 x 10 px; stroked.
  const GLYPHS = {
    camera(c) { c.rect(-5, -3, 6.5, 6); c.moveTo(1.5, -0.8); c.lineTo(5, -3); c.lineTo(5, 3); c.lineTo(1.5, 0.8); },
    chimney(c) { c.moveTo(-3.5, 5); c.lineTo(-1.8, -2); c.lineTo(1.2, -2); c.lineTo(2.9, 5); c.closePath(); c.moveTo(0, -4.2); c.quadraticCurveTo(2, -6, 4.5, -4.6); },
    drop(c) { c.moveTo(0, -5); c.bezierCurveTo(5, 1, 3.4, 4.6, 0, 4.6); c.bezierCurveTo(-3.4, 4.6, -5, 1, 0, -5); },
    outfall(c) { c.moveTo(-5, -3.4); c.lineTo(0.5, -3.4); c.lineTo(0.5, -0.4); c.moveTo(-5, -0.4); c.lineTo(-1.6, -0.4); c.moveTo(-5, 4); c.quadraticCurveTo(-2.5, 1.6, 0, 4); c.quadraticCurveTo(2.5, 6.2, 5, 3.6); },
    wind(c) { c.moveTo(-5, -2.2); c.lineTo(2, -2.2); c.arc(2, -3.8, 1.6, Math.PI / 2, -Math.PI, true); c.moveTo(-5, 0.8); c.lineTo(4.6, 0.8); c.moveTo(-5, 3.8); c.lineTo(1.6, 3.8); },
    rain(c) { c.moveTo(-3.6, 0.4); c.arc(-2.6, -1.6, 2, Math.PI * 0.7, Math.PI * 1.6); c.arc(1, -2.2, 2.6, Math.PI * 1.1, Math.PI * 2.4); c.lineTo(-3.6, 0.4); c.moveTo(-2.6, 2.4); c.lineTo(-3.4, 5); c.moveTo(0.4, 2.4); c.lineTo(-0.4, 5); c.moveTo(3.4, 2.4); c.lineTo(2.6, 5); },
    waves(c) { for (const y of [-3.2, 0.2, 3.6]) { c.moveTo(-5.2, y); c.quadraticCurveTo(-2.6, y - 2.4, 0, y); c.quadraticCurveTo(2.6, y + 2.4, 5.2, y); } },
    people(c) { c.moveTo(2, -2.8); c.arc(0, -2.8, 2, 0, 7); c.moveTo(-4.2, 4.8); c.bezierCurveTo(-3.8, -0.6, 3.8, -0.6, 4.2, 4.8); },
    barrier(c) { c.rect(-5.2, -3.4, 10.4, 3.6); c.moveTo(-3.6, 0.2); c.lineTo(-3.6, 4.8); c.moveTo(3.6, 0.2); c.lineTo(3.6, 4.8); c.moveTo(-2.6, 0.2); c.lineTo(0, -3.4); c.moveTo(1.2, 0.2); c.lineTo(3.8, -3.4); },
    dot(c) { c.arc(0, 0, 2.2, 0, 7); },
  };
  const ROUND = new Set(["camera", "dot"]);

  // What people say of a place: a bubble whose filled glyph tells how urgent it is.
  const TALKS = {
    talk_diamond(c) { polygon(c, [[0, -5], [5, 0], [0, 5], [-5, 0]]); c.fill(); },
    talk_triangle(c) { polygon(c, [[0, -4.6], [5, 4], [-5, 4]]); c.fill(); },
    talk_circle(c) { c.beginPath(); c.arc(0, 0, 3.2, 0, 7); c.fill(); },
    talk_bars(c) { c.fillRect(-3, -3.6, 2, 7.2); c.fillRect(1, -3.6, 2, 7.2); },
    talk_ring(c) { c.beginPath(); c.arc(0, 0, 3.2, 0, 7); c.stroke(); },
  };
  const TALK_OF_RANK = { 1: "talk_diamond", 2: "talk_triangle" };

  function bubble(c, wide, high) {
    c.beginPath();
    c.roundRect(-wide, -high, 2 * wide, 2 * high, 3);
    c.moveTo(-3.5, high); c.lineTo(0, high + 5); c.lineTo(3.5, high);
  }

  function drawTalk(c, shape, look, tint) {
    const dim = look === "dim";
    bubble(c, 9, 8);
    c.fillStyle = tint || colour("window");
    c.fill();
    bubble(c, 9, 8);
    c.strokeStyle = tint ? colour("window") : dim ? colour("text3") : "#8a96a4";
    c.lineWidth = 1.2;
    if (dim) c.setLineDash([2.5, 2]);
    c.stroke();
    c.setLineDash([]);
    c.fillStyle = c.strokeStyle = tint ? inkOn(tint) : dim ? colour("text3") : colour("text1");
    c.lineWidth = 1.4;
    TALKS[shape](c);
  }

  // Several bubbles together: how many, and the glyph of the most urgent.
  function drawTalks(c, count, rank) {
    const hue = Desk.theme.ranks[rank] || "#8a96a4", urgent = TALK_OF_RANK[rank];
    bubble(c, 14, 9);
    c.fillStyle = colour("raised");
    c.fill();
    c.strokeStyle = hue;
    c.lineWidth = urgent ? 1.8 : 1.2;
    c.stroke();
    c.fillStyle = colour("text1");
    c.font = Desk.font(11, 500);
    c.textAlign = "center";
    c.textBaseline = "middle";
    c.fillText(short(count), urgent ? 3.5 : 0, 0.5);
    if (!urgent) return;
    c.save();
    c.translate(-9, 0);
    c.scale(0.62, 0.62);
    c.fillStyle = hue;
    TALKS[urgent](c);
    c.restore();
  }

  const short = (count) => (count > 999 ? `${Math.floor(count / 1000)}k` : String(count));

  function frame(c, round, radius) {
    c.beginPath();
    if (round) c.arc(0, 0, radius, 0, 7);
    else c.roundRect(-radius, -radius, radius * 2, radius * 2, 2.5);
  }

  function hatch(c, radius, step = 4) {
    c.beginPath();
    for (let d = -2 * radius; d <= 2 * radius; d += step) { c.moveTo(d - radius, radius); c.lineTo(d + radius, -radius); }
    c.stroke();
  }

  function drawLost(c, round) {
    frame(c, round, 9);
    c.fillStyle = "#000";
    c.fill();
    c.save();
    c.clip();
    c.strokeStyle = "rgba(255,255,255,.42)";
    c.lineWidth = 1;
    hatch(c, 9);
    c.restore();
    frame(c, round, 9);
    c.strokeStyle = "#fff";
    c.lineWidth = 1.4;
    c.setLineDash([3, 2]);
    c.stroke();
    c.setLineDash([]);
    c.lineWidth = 2;
    c.beginPath();
    c.moveTo(-4, -4); c.lineTo(4, 4); c.moveTo(4, -4); c.lineTo(-4, 4);
    c.stroke();
  }

  // The ink that is read on a ground: dark on light, light on dark (relative luminance of WCAG 2).
  function inkOn(ground) {
    const [r, g, b] = [1, 3, 5].map((at) => (parseInt(ground.slice(at, at + 2), 16) / 255) ** 2.2);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.18 ? "#000" : "#fff";
  }

  function drawThing(c, shape, look, tint) {
    const round = ROUND.has(shape);
    if (look === "lost") return drawLost(c, round);
    frame(c, round, 8.5);
    c.fillStyle = tint || colour("window");
    c.strokeStyle = look === "dim" ? colour("text3") : "#8a96a4";
    c.lineWidth = 1.2;
    if (look === "dim") c.setLineDash([2.5, 2]);
    c.fill();
    c.stroke();
    c.setLineDash([]);
    c.strokeStyle = look === "dim" ? colour("text3") : tint ? inkOn(tint) : colour("text1");
    c.lineWidth = tint ? 1.5 : 1.15;
    c.lineCap = "round";
    c.lineJoin = "round";
    c.beginPath();
    (GLYPHS[shape] || GLYPHS.dot)(c);
    c.stroke();
  }

  function drawMark(c, rank, look, dimmed) {
    const hue = look === "dim" ? colour("text3") : Desk.theme.ranks[rank] || colour("text2");
    const path = MARKS[rank] || MARKS[4];
    c.lineJoin = "round";
    path(c);
    c.strokeStyle = colour("window");
    c.lineWidth = 5;
    c.stroke();  // a dark rim sets it off from whatever lies below
    c.fillStyle = look === "filled" ? hue : colour("window");
    c.fill();
    if (look === "filled" && dimmed) { c.fillStyle = "rgba(0,0,0,.42)"; c.fill(); }
    c.strokeStyle = hue;
    c.lineWidth = look === "filled" ? 1 : 2;
    if (look === "dashed") c.setLineDash([3.5, 2.5]);
    c.stroke();
    c.setLineDash([]);
    c.fillStyle = look === "filled" ? colour("window") : hue;
    c.font = Desk.font(12, 600);
    c.textAlign = "center";
    c.textBaseline = "middle";
    c.fillText(rank === 5 ? "!" : String(rank), 0, DIGIT_DOWN[rank] ?? 0.5);
  }

  function blank() {
    const ratio = window.devicePixelRatio || 1, made = document.createElement("canvas");
    made.width = made.height = SIDE * ratio;
    const c = made.getContext("2d");
    c.scale(ratio, ratio);
    c.translate(SIDE / 2, SIDE / 2);
    return made;
  }

  // A sprite is a canvas of SIDE x SIDE CSS pixels whose middle is the symbol's place.
  function sprite(shape, look, rank, dimmed = false, tint = "") {
    const key = `${shape}|${look}|${rank}|${dimmed}|${tint}`;
    let found = cache.get(key);
    if (!found) {
      found = blank();
      const c = found.getContext("2d");
      if (shape === "mark") drawMark(c, rank, look, dimmed);
      else if (TALKS[shape]) drawTalk(c, shape, look, tint || Desk.theme.ranks[rank]);
      else drawThing(c, shape, look, tint);
      cache.set(key, found);
    }
    return found;
  }

  function clusterSprite(count, lost) {
    const text = short(count);
    const key = `#${text}|${lost > 0}`;
    let found = cache.get(key);
    if (!found) {
      found = blank();
      const c = found.getContext("2d");
      c.beginPath();
      c.arc(0, 0, 13, 0, 7);
      c.fillStyle = colour("raised");
      c.fill();
      c.lineWidth = lost ? 1.6 : 1.2;
      c.strokeStyle = lost ? "#fff" : "#8a96a4";
      if (lost) c.setLineDash([4, 3]);
      c.stroke();
      c.fillStyle = colour("text1");
      c.font = Desk.font(11, 500);
      c.textAlign = "center";
      c.textBaseline = "middle";
      c.fillText(text, 0, 0.5);
      cache.set(key, found);
    }
    return found;
  }

  function talksSprite(count, rank) {
    const key = `talks|${short(count)}|${rank}`;
    let found = cache.get(key);
    if (!found) {
      found = blank();
      drawTalks(found.getContext("2d"), count, rank);
      cache.set(key, found);
    }
    return found;
  }

  return { SIDE, sprite, inkOn, clusterSprite, talksSprite, forget: () => cache.clear() };
})();
