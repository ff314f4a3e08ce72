/* What Material needs before a page is shown: a place to keep a reader's choices, and the colours that she chose. The theme
   writes this into every page; here it is a file, so that a policy can forbid scripts in pages. Loaded in the head. */

(() => {
  const { base, palette } = document.currentScript.dataset;

  // By these four names the theme's own scripts look for them.
  window.__md_scope = new URL(base, location);
  window.__md_hash = text => Array.from(text).reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) | 0, 0);
  const name = (key, scope) => `${scope.pathname}.${key}`;
  // Where a reader forbids cookies a browser lets nobody so much as ask for its storage.
  window.__md_get = (key, storage, scope = window.__md_scope) => {
    try {
      return JSON.parse((storage ?? localStorage).getItem(name(key, scope)));
    } catch {
      return null; // Forbidden, or not written by the theme.
    }
  };
  window.__md_set = (key, value, storage, scope = window.__md_scope) => {
    try {
      (storage ?? localStorage).setItem(name(key, scope), JSON.stringify(value));
    } catch {
      // Full, or forbidden: the choice then holds for this page only.
    }
  };

  const AUTOMATIC = "(prefers-color-scheme)";
  const options = [JSON.parse(palette)].flat();

  /** The entry of the palette to show: what the reader chose, else the first; where that is to follow the system, it does. */
  const chosen = () => {
    const color = window.__md_get("__palette")?.color ?? options[0];
    if (color?.media !== AUTOMATIC) return color;
    const isLight = matchMedia("(prefers-color-scheme: light)").matches;
    return options.find(option => option.media === `(prefers-color-scheme: ${isLight ? "light" : "dark"})`) ?? color;
  };

  const paint = () => {
    for (const [key, value] of Object.entries(chosen() ?? {})) {
      if (typeof value === "string") document.body.setAttribute(`data-md-color-${key}`, value.replaceAll(" ", "-"));
    }
  };

  // The body is painted once it is there, before the browser first draws it.
  if (options.length < 2) return;
  new MutationObserver((_, observer) => {
    if (!document.body) return;
    observer.disconnect();
    paint();
  }).observe(document.documentElement, { childList: true });
})();
