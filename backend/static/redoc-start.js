"use strict";
// Shows the service's document; the page itself may hold no script.
Redoc.init(
  "openapi.json",
  {
    expandResponses: "200,201,202",
    hideDownloadButton: false,
    jsonSampleExpandLevel: 3,
    pathInMiddlePanel: true,
    requiredPropsFirst: true,
    sortPropsAlphabetically: false,
    theme: {
      colors: { primary: { main: "#1f5fa8" } },
      typography: {
        fontFamily: "system-ui, sans-serif",
        headings: { fontFamily: "system-ui, sans-serif" },
        code: { fontFamily: "ui-monospace, monospace" },
      },
    },
  },
  document.getElementById("redoc"),
);
