// Unfold under a policy without eval. Its pages keep small expressions in attributes, which Alpine's
// CSP build reads with a parser of its own; that one knows no globals, no arrow functions and no
// `if`. So what Unfold takes from globals is registered here, and the few expressions that use more
// are replaced, before Alpine looks at the page.
"use strict";

window.htmx.config.includeIndicatorStyles = false; // It would add a style element without the nonce.
window.htmx.config.allowEval = false;

const SIDEBAR = "sidebarDesktopOpen";

function page(activeTab) {
  return () => ({
    activeTab,
    sidebarMobileOpen: false,
    sidebarDesktopOpen: localStorage.getItem(SIDEBAR) !== "0",
    init() {
      this.$watch(SIDEBAR, (open) => localStorage.setItem(SIDEBAR, open ? "1" : "0"));
    },
  });
}

function replace(selector, attribute, expression) {
  for (const element of document.querySelectorAll(selector)) {
    element.setAttribute(attribute, expression);
  }
}

document.addEventListener("alpine:init", () => {
  const { Alpine } = window;
  for (const name of ["theme", "searchCommand", "searchForm", "searchDropdown"]) {
    if (typeof window[name] === "function") {
      Alpine.data(name, window[name]);
    }
  }
  const initial = /activeTab: '([^']*)'/.exec(document.body.getAttribute("x-data") ?? "");
  const current = initial && typeof window.getCurrentTab === "function" && window.getCurrentTab();
  Alpine.data("page", page(current || (initial ? initial[1] : "")));
  document.body.setAttribute("x-data", "page");
  document.body.removeAttribute("x-init");
  replace("[x-on\\:click*='localStorage']", "x-on:click", `${SIDEBAR} = !${SIDEBAR}`);
  // Where to a form goes; those here are read only, and go to where they are.
  for (const form of document.querySelectorAll("form[x-bind\\:action]")) {
    form.removeAttribute("x-bind:action");
  }
  replace(
    "[x-on\\:keydown\\.enter\\.prevent^='if (']",
    "x-on:keydown.enter.prevent",
    "selectItem(false, false)",
  );
});
