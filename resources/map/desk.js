// Joins the page to the desk: takes one batch at a time, shows it, and only then says that it did.
"use strict";

Desk.start = (map, bridge) => {
  const boundaries = new Desk.Boundaries(map);
  const points = new Desk.Points(map, boundaries);
  const areas = new Desk.Areas(map, boundaries, points);
  points.areas = areas;
  const furniture = new Desk.Furniture(map, boundaries, points);
  const documents = {};
  let tiles = null, painting = false, areasDirty = true, acknowledge = null;
  Object.assign(Desk, { bridge, map, boundaries, points, areas, furniture, documents, painted: 0 });
  map.setMinZoom(3);
  map.setMaxZoom(19);

  function paint() {
    if (painting) return;
    painting = true;
    requestAnimationFrame(paintNow);
    // A hidden page gets no animation frames; its batches must be acknowledged all the same.
    setTimeout(() => { if (painting) paintNow(performance.now()); }, 250);
  }

  function paintNow(now) {
    if (!painting) return;
    painting = false;
    points.paint(now);
    if (areasDirty || points.conesDirty) { areas.draw(); areasDirty = points.conesDirty = false; }
    Desk.painted += 1;
    if (acknowledge) afterThisFrame(acknowledge);
    acknowledge = null;
  }

  // Acknowledged is what was shown: the next frame's start is the end of this one. Hidden pages get no frames.
  function afterThisFrame(tell) {
    let told = false;
    const once = () => { if (!told) { told = true; tell(); } };
    requestAnimationFrame(once);
    setTimeout(once, 250);
  }

  function moved() { points.moved(); areasDirty = true; paint(); }

  let told = 0, tellTimer = 0;
  function tellView() {
    clearTimeout(tellTimer);
    told = performance.now();
    const b = map.getBounds().pad(0.15), centre = map.getCenter();
    bridge.view_changed(JSON.stringify({ zoom: map.getZoom(), south: b.getSouth(), west: b.getWest(), north: b.getNorth(),
      east: b.getEast(), lat: centre.lat, lon: centre.lng }));
  }
  function tellViewSoon() {
    clearTimeout(tellTimer);
    if (performance.now() - told > 150) tellView();
    else tellTimer = setTimeout(tellView, 150);
  }
  map.on("move resize", () => { moved(); tellViewSoon(); });
  map.on("moveend", () => { moved(); tellView(); });
  map.on("click", (event) => {
    const item = points.at(event.containerPoint.x, event.containerPoint.y);
    if (item) bridge.click(item.id);
    else bridge.point(event.latlng.lat, event.latlng.wrap().lng);
  });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) { points.marksDirty = true; paint(); } });
  window.addEventListener("focus", () => map.getContainer().focus());

  function setBase(base) {
    if (tiles) tiles.remove();
    tiles = null;
    if (base) {
      const box = base.bounds ? [[base.bounds[1], base.bounds[0]], [base.bounds[3], base.bounds[2]]] : undefined;
      tiles = L.tileLayer(`trucban://map/tiles/{z}/{x}/{y}?v=${Number(base.version)}`,
        { minZoom: 3, maxZoom: 19, minNativeZoom: base.min_zoom, maxNativeZoom: base.max_zoom, bounds: box }).addTo(map);
    }
    furniture.baseAttribution = base ? base.attribution : "";
    furniture.showAttribution();
    boundaries.overTiles = Boolean(base);
    boundaries.restyle();
  }

  async function loadDocuments(wanted) {
    for (const [name, version] of Object.entries(wanted)) {
      if (documents[name] && documents[name].version === version) continue;
      documents[name] = { version, features: await boundaries.load(name, version) };
      areasDirty = points.labelsDirty = true;
    }
  }

  const setters = {
    theme(theme) {
      Desk.theme = { colours: { ...Desk.theme.colours, ...theme.colours }, ranks: theme.ranks, levels: theme.levels };
      for (const [name, value] of Object.entries(Desk.theme.colours)) document.documentElement.style.setProperty(`--${name}`, value);
      Desk.shapes.forget();
      areas.patterns.clear();
      boundaries.restyle();
      moved();
    },
    words: (words) => furniture.setWords(words),
    home_code(code) { boundaries.home = code; boundaries.restyle(); delete documents.provinces; },
    labels(labels) {
      boundaries.fixedLabels = labels.map((l) => { const [ux, uy] = Desk.unit(l.lat_deg, l.lon_deg); return { ...l, ux, uy }; });
      points.labelsDirty = true;
    },
    selected: (id) => points.select(id),
    live(live) { points.live = live; points.marksDirty = true; },
    base: setBase,
    documents: loadDocuments,
    view: ({ lat, lon, zoom }) => map.setView([lat, lon], zoom, { animate: false }),
    fit({ south, west, north, east, max_zoom }) {
      map.fitBounds([[south, west], [north, east]], { maxZoom: max_zoom, padding: [48, 48], animate: false });
    },
    fit_code(code) {
      const box = boundaries.boxOf(code);
      if (!box) return;
      const lat = (y) => (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI;
      map.fitBounds([[lat(box[3]), box[0] * 360 - 180], [lat(box[1]), box[2] * 360 - 180]], { animate: false });
    },
  };
  const ORDER = ["theme", "words", "home_code", "labels", "documents", "base", "live", "selected", "view", "fit", "fit_code"];

  async function show(batch) {
    const settings = batch.set || {};
    for (const name of ORDER) if (name in settings) await setters[name](settings[name]);
    for (const [owner, shapes] of Object.entries(batch.areas || {})) { areas.put(owner, shapes); areasDirty = points.labelsDirty = true; }
    for (const id of batch.gone || []) points.remove(id);
    for (const row of batch.up || []) points.put(row);
  }

  async function take(text) {
    const batch = JSON.parse(text);
    // A batch that cannot be shown is told and acknowledged: the next one must not wait for it for ever.
    await show(batch).catch((error) => bridge.error(String(error && error.message ? error.message : error)));
    acknowledge = () => bridge.ack(batch.n, JSON.stringify({ items: points.items.size, marks: points.marks.size,
      areas: areas.areas.size, documents: Object.fromEntries(Object.entries(documents).map(([k, d]) => [k, d.features])),
      painted_ms: performance.timeOrigin + performance.now() }));
    paint();
  }

  bridge.batch.connect(take);
  Promise.all([400, 500, 600].map((weight) => document.fonts.load(Desk.font(12, weight), "ệ"))).finally(() => {
    Desk.shapes.forget();
    points.widths.clear();
    tellView();
    map.getContainer().focus();
  });
};

window.addEventListener("load", () => {
  new QWebChannel(qt.webChannelTransport, (channel) => Desk.start(map_desk, channel.objects.bridge));
});
