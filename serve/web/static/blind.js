// Blind review by keyboard: digits choose the grade, Enter takes the next photo, X says that it cannot be judged. The keys
// count only within the form, and never where a number is being typed.

import { complain } from "/static/forms.js";

document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.("[data-grades]");
  if (!form || event.ctrlKey || event.altKey || event.metaKey) return;
  const typing = event.target.matches("input[type=number]");
  if (event.key === "Enter" && !event.target.matches("button, a")) {
    event.preventDefault();
    if (!event.repeat && !form.hasAttribute("aria-busy")) form.requestSubmit(form.querySelector("#next"));
  } else if (!typing && /^[0-4]$/.test(event.key)) {
    event.preventDefault();
    form.querySelector(`input[name=grade][value="${event.key}"]`).checked = true;
    say(`Grade ${event.key}`);
  } else if (!typing && event.key.toLowerCase() === "x") {
    event.preventDefault();
    document.getElementById("cannot").click();
  }
});

// The slider and the number say the same. Until one of them is touched nothing is chosen, so that no value suggests itself.
document.addEventListener("input", (event) => {
  const slider = document.querySelector("[data-slides]");
  if (!slider) return;
  const number = document.getElementById(slider.dataset.slides);
  if (event.target === slider) number.value = slider.value;
  else if (event.target === number && number.validity.valid) slider.value = number.value || 0;
  else return;
  slider.classList.remove("unset");
  slider.setAttribute("aria-valuetext", `${number.value} of 100`);
});

document.addEventListener("htmx:afterSwap", () => {
  const first = document.querySelector("#review-photo [data-focus]");
  first?.focus({ preventScroll: true });
  say(document.getElementById("progress")?.textContent.trim().replace(/\s+/g, " ") ?? "");
  if (location.search) history.replaceState(null, "", location.pathname);
});

for (const failure of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(failure, () => {
    const form = document.getElementById("grade");
    if (form) complain(form, "This photo is graded, but the next one could not be loaded. Load the page again to go on.");
  });
}

function say(text) {
  const status = document.getElementById("said");
  if (status) status.textContent = text;
}
