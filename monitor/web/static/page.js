"use strict";
// Times in the reader's own zone, and a first page that keeps itself fresh. Everything works without this file.
(() => {
  const hour = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
  const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" });
  const short = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  const long = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });
  const localise = (root) => {
    for (const time of root.querySelectorAll("time[datetime]")) {
      const moment = new Date(time.dateTime);
      if (Number.isNaN(moment.getTime())) continue;
      time.title = `${long.format(moment)} (${time.dateTime})`;
      const now = new Date();
      const same = moment.toDateString() === now.toDateString();
      time.textContent = (same ? hour : moment.getFullYear() === now.getFullYear() ? short : day).format(moment);
    }
  };
  localise(document);
  const zone = document.querySelector("[data-zone]");
  if (zone) zone.textContent = `Times are yours (${Intl.DateTimeFormat().resolvedOptions().timeZone}).`;

  const live = document.querySelector("[data-live]");
  if (!live) return;
  let lost = null;
  const refresh = async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(location.href, { cache: "no-store" });
      if (!answer.ok) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("[data-live]");
      if (!fresh) return location.reload();
      localise(fresh);
      live.replaceChildren(...fresh.childNodes);
      document.title = page.title;
      document.querySelector(".lamp").className = page.querySelector(".lamp").className;
      lost?.remove();
      lost = null;
    } catch {
      if (lost) return;
      lost = document.createElement("div");
      lost.className = "problem grave lost";
      lost.setAttribute("role", "alert");
      lost.textContent = `newsmonitor does not answer since ${short.format(new Date())}. What you see below is from before.`;
      live.before(lost);
    }
  };
  setInterval(refresh, 20000);
  document.addEventListener("visibilitychange", refresh);
})();
