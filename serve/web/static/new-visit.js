// What a day's photos are good for is asked of the server; where that fails, what was said of another day goes away.

import { SIGNED_OUT, complain } from "/static/forms.js";

const form = document.getElementById("new-visit");

for (const kind of ["htmx:responseError", "htmx:sendError"]) {
  form.addEventListener(kind, (event) => {
    document.getElementById("day").replaceChildren();
    if (event.detail.xhr.status === 401) complain(form, SIGNED_OUT);
  });
}
form.addEventListener("htmx:afterSwap", () => complain(form, ""));
