// Small comforts. Every page works without this file.
"use strict";
(() => {
  // What just happened is read first: the error summary, else the flash.
  const news = document.querySelector(".errors") || document.querySelector(".flash");
  if (news) news.focus();

  // A double tap sends a form once.
  let sent = new WeakSet();
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (sent.has(form)) {
      event.preventDefault();
      return;
    }
    sent.add(form);
    setTimeout(() => sent.delete(form), 3000);
  });
  window.addEventListener("pageshow", () => {
    sent = new WeakSet();
  });

  // A copy button beside each [data-copy], where the browser can copy.
  const addCopyButton = (source) => {
    const button = document.createElement("button");
    const label = document.createElement("span");
    button.type = "button";
    button.className = "quiet";
    label.setAttribute("aria-live", "polite");
    label.textContent = source.dataset.copyLabel;
    button.append(label);
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(source.dataset.copy || source.value || source.textContent.trim());
      label.textContent = source.dataset.copiedLabel;
      setTimeout(() => {
        label.textContent = source.dataset.copyLabel;
      }, 4000);
    });
    source.after(button);
  };
  // Where a sentence says how to print, a button does it.
  document.querySelectorAll("[data-print]").forEach((sentence) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = sentence.dataset.print;
    button.addEventListener("click", () => window.print());
    sentence.replaceWith(button);
  });

  if (navigator.clipboard) document.querySelectorAll("[data-copy]").forEach(addCopyButton);
})();
