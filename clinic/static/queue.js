// The queue looks again by itself, and keeps what was pressed while there was no network. Every page works without this file.
// What is not sent yet is kept in this page alone, never in the browser's stores.
"use strict";
(() => {
  const EVERY = 3000, AT_MOST = 15000, PATIENCE = 10000;
  const by = (id) => document.getElementById(id);
  const main = document.querySelector("main");
  const queue = by("queue");
  if (!queue && !by("arrival")) return;
  const lost = document.querySelector(".lost");
  const unsent = [];
  let wait = EVERY, timer = null, isIdle = false, isSending = false, acts = 0, shelf = null, spare = null;

  const read = (text) => new DOMParser().parseFromString(text, "text/html");
  const ask = async (url, wish) => {
    const stop = new AbortController();
    const tooLong = setTimeout(() => stop.abort(), PATIENCE);
    try {
      const answer = await fetch(url, { credentials: "same-origin", cache: "no-store", signal: stop.signal, ...wish });
      if (answer.status >= 500) throw new Error("server");
      return answer;
    } finally {
      clearTimeout(tooLong);
    }
  };

  // What the screen says of the network, politely; each thing once.
  const say = (words) => {
    for (const place of [lost, document.querySelector(".lost")]) if (place && place.textContent !== words) place.textContent = words;
  };
  const sayLost = () => {
    wait = Math.min(wait * 2, AT_MOST);
    if (!queue) return say(unsent.length ? by("arrival").dataset.unsent : "");
    const line = by("line") || shelf.querySelector("#line");
    const words = [queue.dataset.lost.replace("{time}", line.dataset.at)];
    if (unsent.length) words.push(queue.dataset.waiting.replace("{count}", unsent.length));
    say(words.join(" · "));
    mark();
  };
  const sayFound = () => {
    wait = EVERY;
    say("");
  };

  // Somebody has to say who she is: whoever covers the screen hears of it, and says when to go on.
  const goIdle = () => {
    isIdle = true;
    document.dispatchEvent(new CustomEvent("clinic:idle"));
  };

  // "not sent yet", on the row that it is about.
  const mark = () => {
    document.querySelectorAll(".unsent").forEach((each) => each.remove());
    for (const { row } of unsent) {
      const words = row && document.querySelector(`#v-${row} p`);
      if (!words || words.querySelector(".unsent")) continue;
      const tag = document.createElement("span");
      tag.className = "tag missing unsent";
      tag.textContent = queue.dataset.unsent;
      words.append(" ", tag);
    }
  };

  // Put new things in the place of old ones: what is open stays open, the focus and the screen stay where they are.
  const keepingItsPlace = (change) => {
    const focus = document.activeElement.closest("#line") ? document.activeElement : null;
    const name = focus && (focus.id || focus.closest("[id]").id), isSummary = focus && focus.tagName === "SUMMARY";
    const open = [...document.querySelectorAll("#line details[open]")].map((each) => each.id);
    const seen = [...document.querySelectorAll("#line li[id]")].find((row) => row.getBoundingClientRect().bottom > 0);
    const before = seen && seen.getBoundingClientRect().top;
    change();
    open.map(by).forEach((each) => each && (each.open = true));
    const again = name && by(name);
    const target = isSummary && again ? again.querySelector("summary") : again;
    if (target) target.focus({ preventScroll: true });
    const row = seen && by(seen.id);
    if (row && window.scrollY > 0) window.scrollBy(0, row.getBoundingClientRect().top - before);
    mark();
  };

  const look = async () => {
    const line = by("line"), seen = acts;
    if (!line || document.hidden || isIdle || isSending) return;
    const answer = await ask(`${queue.dataset.now}?stamp=${line.dataset.stamp}`, { headers: { "X-Clinic-Poll": "1" } });
    if (answer.status === 401) return goIdle();
    if (answer.redirected || !answer.ok) return location.reload();
    sayFound();
    const fresh = answer.status === 204 ? null : read(await answer.text()).getElementById("line");
    // What was asked before a button was pressed is older than what the press brought.
    if (fresh && by("line") && seen === acts) keepingItsPlace(() => by("line").replaceWith(fresh));
  };

  // The form for somebody who is here, over the queue, which waits on a shelf: as if one had gone to its page and back.
  const openForm = (page) => {
    const form = page.querySelector("main");
    if (queue && !shelf) {
      shelf = document.createDocumentFragment();
      shelf.append(...main.childNodes);
    }
    main.replaceChildren(...form.childNodes);
    window.scrollTo(0, 0);
    (main.querySelector(".errors") || main).focus();
  };
  const closeForm = () => {
    if (!shelf) return;
    main.replaceChildren(shelf);
    shelf = null;
    mark();
  };

  // Show what the house answered to a press, as if the page had been loaded.
  const show = async (answer) => {
    if (answer.type === "opaqueredirect") return location.assign(by("arrival").dataset.queue);
    const page = read(await answer.text());
    if (page.getElementById("arrival")) return openForm(page);
    if (!queue || !page.getElementById("line")) return location.assign(answer.redirected ? answer.url : location.href);
    closeForm();
    const news = [...page.querySelectorAll("main > .flash, main > .errors")];
    keepingItsPlace(() => {
      by("line").replaceWith(page.getElementById("line"));
      document.querySelectorAll("main > .flash, main > .errors").forEach((each) => each.remove());
      main.querySelector("h1").before(...news);
    });
    document.title = page.title;
    if (news.length) news[0].focus();
  };

  // What was pressed goes in its order, each until the house has answered; the same twice does it once.
  const send = async () => {
    if (isSending || isIdle) return;
    isSending = true;
    try {
      while (unsent.length) {
        const { url, body } = unsent[0];
        const answer = await ask(url, { method: "POST", body, redirect: queue ? "follow" : "manual" });
        if (answer.status === 401) return goIdle();
        unsent.shift();
        acts += 1;
        sayFound();
        await show(answer);
      }
    } finally {
      isSending = false;
    }
  };

  const turn = async () => {
    clearTimeout(timer);
    try {
      await send();
      await look();
    } catch {
      sayLost();
    }
    clearTimeout(timer);
    timer = setTimeout(turn, wait);
  };
  const now = () => {
    wait = EVERY;
    turn();
  };

  document.addEventListener("submit", (event) => {
    const form = event.target, row = form.closest("li[id]");
    const isOurs = form.id === "arrival" || (queue && form.closest("#line, .flash"));
    if (event.defaultPrevented || !isOurs || "plain" in form.dataset) return;
    event.preventDefault();
    const press = { url: form.action, body: new URLSearchParams(new FormData(form)), row: form.dataset.row || (row && row.id.slice(2)) };
    const isSame = (each) => each.url === press.url && (`${each.body}` === `${press.body}` || (press.body.has("key") && each.body.get("key") === press.body.get("key")));
    const at = unsent.findIndex(isSame);
    if (at < 0) unsent.push(press);
    else unsent[at] = press;
    if (lost.textContent) {
      closeForm();
      sayLost();
    }
    now();
  });

  // Without a network the form comes out of the pocket, with a key of its own: each sending of it is another person.
  const keep = async () => {
    const link = queue && document.querySelector(".thumb a");
    if (link) spare = await (await ask(link.href)).text();
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link || !queue || !lost.textContent) return;
    if (spare && link.closest(".thumb")) {
      event.preventDefault();
      const page = read(spare), key = crypto.getRandomValues(new Uint8Array(16));
      page.querySelector("[name=key]").value = [...key].map((each) => each.toString(16).padStart(2, "0")).join("");
      openForm(page);
    } else if (shelf && link.closest(".back")) {
      event.preventDefault();
      closeForm();
    }
  });

  window.addEventListener("online", now);
  document.addEventListener("visibilitychange", () => document.hidden || now());
  document.addEventListener("clinic:awake", () => {
    isIdle = false;
    now();
  });
  keep().catch(() => {});
  timer = setTimeout(turn, EVERY);
})();
