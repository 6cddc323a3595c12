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

  // "All" and "none" above a list of check boxes; without script they send the form and get it back.
  const tickBoxes = () =>
    document.addEventListener("click", (event) => {
      const button = event.target.closest?.("button[data-tick]");
      if (!button) return;
      event.preventDefault();
      each(button.form, `input[type="checkbox"][name="${CSS.escape(button.dataset.tick)}"]:not(:disabled)`, (box) => (box.checked = button.value === "all"));
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
    guardForms();
    checkAll();
    tickBoxes();
    closeMenus();
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    focusErrors(event.target);
    enableCopying(event.target);
    announce(event.target);
  });
  window.addEventListener("pageshow", () => each(document, "form[data-sent]", (form) => delete form.dataset.sent));
})();
