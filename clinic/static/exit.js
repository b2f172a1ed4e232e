// The quick exit: a click, or Shift three times within five seconds, covers the page at once and replaces it. Without this file the link still works.
"use strict";
(() => {
  const link = document.querySelector("a.exit");
  const page = document.documentElement;
  const said = document.querySelector("[data-exit-status]");
  let presses = [];
  let alone = false; // true while Shift is held with no other key: capital letters must not count

  const leave = () => {
    page.hidden = true;
    document.title = "·";
    window.location.replace(link.href);
  };

  link.addEventListener("click", (event) => {
    event.preventDefault();
    leave();
  });

  document.addEventListener("keydown", (event) => {
    if (!event.repeat) {
      alone = event.key === "Shift";
      if (!alone) presses = [];
    }
  });

  document.addEventListener("keyup", (event) => {
    if (event.key !== "Shift" || !alone) return;
    alone = false;
    const now = Date.now();
    presses = presses.filter((press) => now - press < 5000).concat(now);
    if (presses.length >= 3) leave();
    else if (presses.length === 2) said.textContent = said.dataset.exitStatus;
    else said.textContent = "";
  });

  // Brought back from the browser's page cache after leaving: leave again rather than show it.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted && page.hidden) leave();
  });
})();
