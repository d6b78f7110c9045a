"use strict";

// An A4 page less the margins of page.css: not as wide as most windows.
const PAPER_PX = 680;

async function unpacked(packed) {
  const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).text();
}

function inserted(id) {
  return document.getElementById(id).textContent;
}

// Logarithmic axes are labelled at 1, 2, 5, 10 …; zoomed in, there may be none of these in view.
function relabel(place, change) {
  const update = {};
  for (const key of Object.keys(change)) {
    const [, axis, part] = /^(.axis\d*)\.(autorange|range)/.exec(key) ?? [];
    if (axis && place.layout[axis].type === "log") {
      const asDrawn = part === "autorange" && place.layout[axis].dtick;
      update[`${axis}.tickmode`] = asDrawn ? "linear" : "auto";
    }
  }
  if (Object.keys(update).length) Plotly.relayout(place, update);
}

async function show() {
  const plots = JSON.parse(inserted("plots"));
  const library = document.createElement("script");
  library.textContent = await unpacked(inserted("library"));
  document.head.append(library);
  const settings = {
    responsive: true,
    displaylogo: false,
    showSendToCloud: false,
    plotlyServerURL: "",
    modeBarButtonsToRemove: ["select2d", "lasso2d"],
  };
  const places = document.querySelectorAll("[data-plot]");
  for (const place of places) {
    const { data, layout } = plots[place.dataset.plot];
    await Plotly.newPlot(place, data, layout, settings);
    place.on("plotly_relayout", (change) => relabel(place, change));
  }
  const fit = (width) => places.forEach((place) => Plotly.relayout(place, { width }));
  addEventListener("beforeprint", () => fit(PAPER_PX));
  addEventListener("afterprint", () => fit(null));
  document.documentElement.dataset.plots = "shown";
}

show();
