/* What the pages need beyond links and forms: the menu on a phone, keys, times in the reader's zone, tidy addresses. */
(() => {
  "use strict";
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone) document.cookie = `time_zone=${encodeURIComponent(zone)}; path=/; max-age=31536000; samesite=lax`;

  const menu = document.querySelector("[data-menu]");
  menu?.addEventListener("click", () => {
    const open = menu.getAttribute("aria-expanded") !== "true";
    menu.setAttribute("aria-expanded", String(open));
  });

  const isTyping = (target) => target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
  const step = (by) => {
    const rows = [...document.querySelectorAll("[data-row]")];
    if (!rows.length) return;
    const at = rows.findIndex((row) => row.closest("tr")?.contains(document.activeElement));
    const next = rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + by))];
    next.focus({ preventScroll: true });
    next.closest("tr").scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (isTyping(event.target)) {
      if (event.key === "Escape") {
        event.preventDefault(); // a search field would lose its text, and the list its filter
        event.target.blur();
      }
      return;
    }
    if (event.key === "/") {
      const search = document.querySelector("[data-search]");
      if (search) { event.preventDefault(); search.focus(); search.select(); }
    } else if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
  });

  /* A row is one large link: a click beside the text opens it too. */
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element) || event.target.closest("a, button, input, select, label, summary")) return;
    const link = event.target.closest("tr")?.querySelector("[data-row]");
    if (link && !String(getSelection())) link.click();
  });

  /* Filters that are empty stay out of the address. */
  document.addEventListener("htmx:config:request", (event) => {
    const { ctx } = event.detail;
    if (!ctx.sourceElement?.matches?.("[data-filters]") || !(ctx.request.body instanceof FormData)) return;
    for (const [name, value] of [...ctx.request.body]) if (value === "") ctx.request.body.delete(name);
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches?.("[data-filters]") || event.defaultPrevented) return;
    for (const field of event.target.elements) if (field.name && field.value === "") field.disabled = true;
  });
  window.addEventListener("pageshow", () => {
    for (const field of document.querySelectorAll("[data-filters] :disabled")) field.disabled = false;
  });

  /* A list that cannot be fetched says so, in its own place. */
  const failed = (event) => {
    const target = event.detail?.ctx?.target ?? document.querySelector("#found");
    if (!(target instanceof Element) || target.querySelector("[data-failed]")) return;
    const box = document.createElement("div");
    box.className = "alert-box tone-stop";
    box.setAttribute("role", "alert");
    box.dataset.failed = "";
    box.textContent = "The server did not answer. What you see may be old; try again in a moment.";
    target.prepend(box);
  };
  document.addEventListener("htmx:error", failed);
})();
