/* Light or dark before anything is drawn: what the reader chose here, else what their system says. */
(() => {
  "use strict";
  const key = "commissary.theme";
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const stored = () => { try { return localStorage.getItem(key); } catch { return null; } };
  const current = () => stored() ?? (system.matches ? "dark" : "light");
  const apply = () => {
    document.documentElement.dataset.bsTheme = current();
    for (const name of document.querySelectorAll("[data-theme-name]")) name.textContent = current() === "dark" ? "Light" : "Dark";
  };
  apply();
  system.addEventListener("change", apply);
  document.addEventListener("DOMContentLoaded", () => {
    apply();
    for (const button of document.querySelectorAll("[data-theme-toggle]")) {
      button.hidden = false;
      button.addEventListener("click", () => {
        const next = current() === "dark" ? "light" : "dark";
        try {
          if ((next === "dark") === system.matches) localStorage.removeItem(key); else localStorage.setItem(key, next);
        } catch { /* no storage: the system decides */ }
        apply();
      });
    }
  });
})();
