// Covers a page that nobody touched for a while, until the password is given; what was typed stays in it. Without this file the server does it.
"use strict";
(() => {
  const template = document.getElementById("cover");
  const facts = template.dataset;
  const lasts = facts.seconds * 1000;
  const cover = template.content.firstElementChild;
  if (!cover) {
    // What went wrong was said, and nothing can be typed here.
    setTimeout(() => window.location.replace(facts.to), lasts);
    return;
  }
  const MINUTE = 60000;
  const form = cover.querySelector("form");
  const password = form.elements.password;
  const said = cover.querySelector("[role=alert]");
  const title = document.title;
  let until = Date.now() + lasts; // when to cover
  let toldAt = Date.now();
  let askedAt = 0;
  let isAsking = false;
  let isToTell = false; // somebody was active while a question was on its way
  let isSending = false;
  let left = { at: null, scrolled: 0 }; // where she was

  const isCovered = () => cover.isConnected;

  const send = (address, fields, headers = {}) =>
    fetch(address, { method: "POST", body: new URLSearchParams(fields), headers, redirect: "error" });

  const hide = () => {
    if (isCovered()) return;
    left = { at: document.activeElement, scrolled: window.scrollY };
    password.value = said.textContent = "";
    document.body.append(cover);
    document.body.classList.add("covered");
    document.title = facts.title;
    window.scrollTo(0, 0);
    password.focus();
    ask(true);
  };

  const show = () => {
    if (!isCovered()) return;
    password.value = said.textContent = "";
    cover.remove();
    document.body.classList.remove("covered");
    document.title = title;
    left.at.focus({ preventScroll: true });
    window.scrollTo(0, left.scrolled);
    document.dispatchEvent(new Event("clinic:awake"));
  };

  const look = () => {
    const now = Date.now();
    if (now >= until) hide();
    else if (isCovered()) show();
    else if (now >= until - MINUTE && now >= askedAt + MINUTE / 4) ask(true);
  };

  // A poll asks how long the sign-in still is fresh: another tab may have been active. Else it tells that somebody is here.
  const ask = async (isPoll) => {
    if (isAsking) {
      isToTell = isToTell || !isPoll;
      return;
    }
    isAsking = true;
    isToTell = false;
    const at = (askedAt = Date.now());
    if (!isPoll) toldAt = at;
    try {
      const token = { csrf_token: form.elements.csrf_token.value };
      const answer = await send(facts.left, token, isPoll ? { "X-Clinic-Poll": "1" } : {});
      const seconds = answer.ok ? Number(await answer.text()) : 0;
      // An answer from before she opened the page again, or of a server in trouble, says nothing.
      if (at >= toldAt && answer.status < 500) until = answer.ok ? at + 1000 * seconds : 0;
    } catch (lost) {
      // Without a network the page goes by its own clock.
    }
    isAsking = false;
    look();
    if (isToTell && !isCovered()) ask(false);
  };

  const note = () => {
    look();
    if (isCovered()) return;
    until = Math.max(until, Date.now() + lasts);
    if (Date.now() >= toldAt + MINUTE) ask(false);
  };

  const openAgain = async () => {
    const answer = await send(form.action, new FormData(form));
    if (answer.status === 204) {
      toldAt = Date.now();
      until = toldAt + lasts;
      show();
    } else if (answer.status === 422) {
      said.textContent = await answer.text();
      password.select();
    } else if (answer.status < 500) {
      window.location.replace(facts.signIn); // the sign-in is over
    } else {
      said.textContent = facts.notReached;
    }
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (isSending) return;
    isSending = true;
    said.textContent = "";
    try {
      await openAgain();
    } catch (lost) {
      said.textContent = facts.notReached;
    }
    isSending = false;
  });

  for (const kind of ["keydown", "pointerdown", "pointermove", "touchstart", "wheel", "scroll", "input"]) {
    document.addEventListener(kind, note, { capture: true, passive: true });
  }
  // A script of this page was told that the sign-in is idle.
  document.addEventListener("clinic:idle", () => {
    until = 0;
    look();
  });
  // Time that passed while the machine slept or the tab was away counts at once.
  document.addEventListener("visibilitychange", () => (isCovered() ? ask(true) : look()));
  window.addEventListener("focus", () => (isCovered() ? ask(true) : look()));
  window.addEventListener("pageshow", look);
  setInterval(look, 1000);
})();
