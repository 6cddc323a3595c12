// What is pleasant with script and possible without: nothing here is needed to use a page.
"use strict";

(() => {
  const each = (root, selector, act) => root.querySelectorAll(selector).forEach(act);

  // The summary of errors takes the focus: by itself (autofocus) on a first load, by this when htmx brought it.
  const focusErrors = (root) => root.querySelector("[data-focus]")?.focus();

  // A navigation longer than the screen starts where one is, beside the page and in the menu of a phone.
  const showCurrentLink = () => {
    const rail = document.getElementById("rail");
    const link = rail?.querySelector("[aria-current]");
    const show = () => link && rail.scrollHeight > rail.clientHeight && (rail.scrollTop = link.offsetTop - rail.clientHeight / 2);
    rail?.addEventListener("toggle", show);
    show();
  };

  const enableCopying = (root) =>
    each(root, "[data-copy]", (box) => {
      const button = box.querySelector("[data-copy-button]");
      if (!button || !navigator.clipboard) return;
      button.hidden = false;
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(box.querySelector("code").textContent);
        const before = button.textContent;
        button.textContent = button.dataset.done;
        setTimeout(() => (button.textContent = before), 2000);
      });
    });

  // A form is sent once, however often its button is pressed.
  const guardForms = () =>
    document.addEventListener("submit", (event) => {
      const form = event.target;
      if (form.method !== "post" || event.defaultPrevented) return;
      if (form.dataset.sent) return event.preventDefault();
      form.dataset.sent = "yes";
      setTimeout(() => delete form.dataset.sent, 4000);
    });

  // "All" above a list of check boxes: <input type="checkbox" data-check-all="name-of-the-boxes">.
  // What does nothing without script is shown by it: data-needs-script.
  const checkAll = () => {
    each(document, "[data-needs-script]", (part) => (part.hidden = false));
    document.addEventListener("change", (event) => {
      const name = event.target.dataset?.checkAll;
      if (!name) return;
      each(event.target.form, `input[type="checkbox"][name="${CSS.escape(name)}"]:not(:disabled)`, (box) => (box.checked = event.target.checked));
    });
  };

  // Shortcuts above a grid of check boxes; without script they send the form and get it back.
  const boxesOf = (form, names) =>
    (names ?? "").split(" ").filter(Boolean).flatMap((name) => [...form.querySelectorAll(`input[type="checkbox"][name="${CSS.escape(name)}"]:not(:disabled)`)]);
  const tickBoxes = () =>
    document.addEventListener("click", (event) => {
      const button = event.target.closest?.("button[data-tick]");
      if (!button) return;
      event.preventDefault();
      boxesOf(button.form, button.dataset.untick).forEach((box) => (box.checked = false));
      boxesOf(button.form, button.dataset.tick).forEach((box) => (box.checked = true));
    });

  // In a grid the first right is implied by the others; the server says the same.
  const implyFirst = () =>
    document.addEventListener("change", (event) => {
      const row = event.target.closest?.(".grid-choice tr");
      if (!row || event.target.type !== "checkbox") return;
      const [first, ...others] = row.querySelectorAll('input[type="checkbox"]');
      if (event.target === first && !first.checked) others.forEach((box) => (box.checked = false));
      else if (event.target.checked) first.checked = true;
    });

  const MANY_ROWS = 12;
  const enableFinding = (root) =>
    each(root, "[data-find-row]", (label) => {
      const rows = [...label.closest("form").querySelectorAll(".grid-choice tbody tr:not(.group)")];
      label.hidden = rows.length < MANY_ROWS;
      label.querySelector("input").addEventListener("input", (event) => {
        const wanted = event.target.value.trim().toLowerCase();
        rows.forEach((row) => (row.hidden = !row.querySelector("th").textContent.toLowerCase().includes(wanted)));
      });
    });

  const closeMenus = () => {
    document.addEventListener("click", (event) =>
      each(document, "details[data-menu][open]", (menu) => menu.contains(event.target) || (menu.open = false)));
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      each(document, "details[data-menu][open]", (menu) => {
        menu.open = false;
        menu.querySelector("summary").focus();
      });
    });
  };

  const announce = (root) => {
    const words = root.querySelector?.("[data-announce]")?.textContent.trim();
    if (words) document.getElementById("announcements").textContent = words;
  };

  // A passkey that was not used (cancelled, unknown, no such device) says so on the page.
  document.addEventListener("allauth.error", (event) => {
    const notice = document.querySelector("[data-passkey-problem]");
    if (!notice) return;
    event.preventDefault();
    notice.hidden = false;
  });

  document.addEventListener("DOMContentLoaded", () => {
    showCurrentLink();
    enableCopying(document);
    enableFinding(document);
    guardForms();
    checkAll();
    tickBoxes();
    implyFirst();
    closeMenus();
  });
  // A part of a page that does not come must not fail in silence: the page itself says what is wrong.
  document.addEventListener("htmx:responseError", (event) => {
    const { pathInfo, requestConfig } = event.detail;
    if (requestConfig.verb === "get") window.location.assign(pathInfo.finalRequestPath ?? pathInfo.requestPath);
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    focusErrors(event.target);
    enableCopying(event.target);
    announce(event.target);
  });
  window.addEventListener("pageshow", () => each(document, "form[data-sent]", (form) => delete form.dataset.sent));
})();
