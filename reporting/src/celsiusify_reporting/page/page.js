"use strict";

async function unpacked(packed) {
  const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).text();
}

function inserted(id) {
  return document.getElementById(id).textContent;
}

async function show() {
  const plots = JSON.parse(inserted("plots"));
  const library = document.createElement("script");
  library.textContent = await unpacked(inserted("library"));
  document.head.append(library);
  const settings = {
    responsive: true,
    displaylogo: false,
    modeBarButtonsToRemove: ["select2d", "lasso2d"],
  };
  for (const place of document.querySelectorAll("[data-plot]")) {
    const { data, layout } = plots[place.dataset.plot];
    await Plotly.newPlot(place, data, layout, settings);
  }
  // The paper is not as wide as the window.
  addEventListener("beforeprint", () => {
    for (const place of document.querySelectorAll("[data-plot]")) Plotly.Plots.resize(place);
  });
  document.documentElement.dataset.plots = "shown";
}

show();
