// Parts of a page that come later: what they say is read out, and if one does not come, that is said in its place.
//
// data-said     on a part: what #said reads out once it is there
// data-failed   within a part: the line that says why it did not come
// data-lost     on a part: who gets the focus where what had it is gone (a session that was taken back)

import { SIGNED_OUT } from "/static/forms.js";

document.addEventListener("htmx:afterSettle", (event) => {
  const told = event.target.dataset?.said ?? document.querySelector("[data-said]")?.dataset.said;
  const place = document.getElementById("said");
  if (place && told) place.textContent = told;
  const next = document.getElementById(event.target.dataset?.lost);
  if (next && document.activeElement === document.body) next.focus();
});

const LOST = "The server does not answer. Is it still running? Load the page again once it is.";
const FAILED = "This could not be shown. Load the page again; if it stays so, look into the server's log.";

for (const kind of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(kind, (event) => {
    const part = event.detail.elt;
    const line = part.querySelector("[data-failed]") ?? part.insertBefore(made(), part.firstChild);
    if (kind === "htmx:sendError") line.textContent = LOST;
    else line.textContent = event.detail.xhr.status === 401 ? SIGNED_OUT : FAILED;
    line.hidden = false;
    part.querySelector("progress")?.remove();
  });
}

document.addEventListener("htmx:beforeRequest", (event) => {
  for (const line of event.detail.elt.querySelectorAll("[data-failed]")) line.hidden = true;
});

function made() {
  const line = Object.assign(document.createElement("p"), { className: "problem", role: "alert" });
  line.dataset.failed = "";
  return line;
}
