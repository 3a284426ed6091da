// Provinces and communes: outlines, the names written on them, and which of them lies under the cursor.
"use strict";

Desk.Boundaries = class {
  constructor(map) {
    this.map = map;
    map.createPane("land").style.zIndex = 210;
    this.renderer = L.canvas({ pane: "land", padding: 0.25 });
    this.features = { provinces: [], communes: [] };
    this.layers = {};
    this.labels = [];
    this.fixedLabels = [];
    this.home = "";
    this.overTiles = false;
    this.communesShown = false;
    map.on("zoomend", () => this.showFitting());
  }

  style(name, feature) {
    const c = Desk.theme.colours, own = feature.properties.code === this.home;
    const fill = this.overTiles ? { fill: false } : { fill: true, fillOpacity: 1 };
    if (name === "communes") return { ...fill, fillColor: c.commune, color: c.border, weight: 1 };
    // The coarse shape of the home province would stick out under its communes.
    if (own && this.communesShown && !this.overTiles) return { fill: false, stroke: false };
    return { ...fill, stroke: true, fillColor: own ? c.commune : c.land, 
      color: own ? c.outline : this.communesShown ? c.border : c.coast, weight: 1 };
  }

  async load(name, version) {
    const answer = await fetch(`trucban://map/doc/${name}?v=${version}`);
    const data = await answer.json();
    if (!data || !Array.isArray(data.features)) throw new Error(`${name}: not a GeoJSON FeatureCollection`);
    this.features[name] = data.features.map((feature) => this.prepare(feature));
    for (const key of [name, `${name}Outline`]) if (this.layers[key]) this.layers[key].remove();
    const outline = { fill: false, color: Desk.theme.colours.outline };
    const draw = (style, filter) => L.geoJSON(data, { renderer: this.renderer, pane: "land", interactive: false,
      smoothFactor: 0.6, style, filter });
    this.layers[name] = draw((feature) => this.style(name, feature));
    // The province's edge: a broad line under the communes, of which their fills leave the outer half. Its own outline
    // is drawn more coarsely and would run beside theirs.
    if (name === "communes") this.layers.communesOutline = draw(() => ({ ...outline, weight: 4 }));
    else this.layers.provincesOutline = draw(() => ({ ...outline, weight: 1.5 }), (feature) => feature.properties.code === this.home);
    if (name === "communes") this.labels = this.features.communes.map((feature) => this.labelOf(feature));
    this.showFitting();
    return this.features[name].length;
  }

  restyle() {
    this.showFitting();
    for (const name of ["provinces", "communes"])
      if (this.layers[name]) this.layers[name].setStyle((feature) => this.style(name, feature));
  }

  showFitting() {
    const communes = this.map.getZoom() >= 8, shown = communes && Boolean(this.layers.communes);
    if (shown !== this.communesShown) {
      this.communesShown = shown;
      if (this.layers.provinces) this.layers.provinces.setStyle((feature) => this.style("provinces", feature));
    }
    const set = (key, on) => {
      const layer = this.layers[key];
      if (layer && on !== this.map.hasLayer(layer)) on ? layer.addTo(this.map) : layer.remove();
    };
    set("provinces", !this.overTiles);
    set("provincesOutline", !communes || this.overTiles || !this.layers.communes);
    set("communesOutline", communes && !this.overTiles);
    set("communes", communes);
    for (const key of ["communes", "communesOutline", "provincesOutline", "provinces"]) {
      const layer = this.layers[key];
      if (layer && this.map.hasLayer(layer)) layer.bringToBack();
    }
  }

  prepare(feature) {
    const geometry = feature.geometry;
    const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
    const rings = polygons.flat().map((ring) => ring.map(([lon, lat]) => Desk.unit(lat, lon)));
    const box = [1, 1, 0, 0];
    for (const ring of rings) for (const [x, y] of ring) {
      box[0] = Math.min(box[0], x); box[1] = Math.min(box[1], y);
      box[2] = Math.max(box[2], x); box[3] = Math.max(box[3], y);
    }
    const p = feature.properties || {};
    return { code: String(p.code || ""), name: String(p.name || ""), full: String(p.fullName || p.name || ""), rings, box };
  }

  ringsOf(code) {
    const found = this.features.communes.find((f) => f.code === code) || this.features.provinces.find((f) => f.code === code);
    return found ? found.rings : [];
  }

  boxOf(code) {
    const found = this.features.communes.find((f) => f.code === code) || this.features.provinces.find((f) => f.code === code);
    return found ? found.box : null;
  }

  static inside(rings, x, y) {
    let within = false;
    for (const ring of rings)
      for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
        const [xi, yi] = ring[i], [xj, yj] = ring[j];
        if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) within = !within;
      }
    return within;
  }

  // Where the name fits best: the point of a small grid that lies inside and farthest from the edge.
  labelOf(feature) {
    const [x0, y0, x1, y1] = feature.box, steps = 10;
    let best = null, room = -1;
    for (let i = 1; i < steps; i++) for (let j = 1; j < steps; j++) {
      const x = x0 + ((x1 - x0) * i) / steps, y = y0 + ((y1 - y0) * j) / steps;
      if (!Desk.Boundaries.inside(feature.rings, x, y)) continue;
      let near = Infinity;
      for (const ring of feature.rings) for (let k = 0; k < ring.length; k += 3) near = Math.min(near, (ring[k][0] - x) ** 2 + (ring[k][1] - y) ** 2);
      if (near > room) { room = near; best = [x, y]; }
    }
    const [ux, uy] = best || [(x0 + x1) / 2, (y0 + y1) / 2];
    return { text: feature.name, ux, uy, room: Math.sqrt(Math.max(room, 0)) };
  }

  // Full name of the commune (or province) at a place in world units, "" = none.
  nameAt(x, y) {
    for (const name of ["communes", "provinces"])
      for (const feature of this.features[name]) {
        const b = feature.box;
        if (x >= b[0] && x <= b[2] && y >= b[1] && y <= b[3] && Desk.Boundaries.inside(feature.rings, x, y)) return feature.full;
      }
    return "";
  }

  // Names to write at this zoom: {text, ux, uy, strong}.
  names(zoom, scale) {
    const found = this.fixedLabels.filter((l) => zoom >= l.min_zoom && zoom <= l.max_zoom).map((l) => ({ ...l, strong: true }));
    if (zoom >= 10) for (const label of this.labels) if (zoom >= 12 || label.room * scale > 16) found.push(label);
    return found;
  }
};
