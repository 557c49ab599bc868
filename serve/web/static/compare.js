// The slider between two photos that lie on each other, and what is laid over them.
//
// The range element holds the place: what it says is read aloud, and arrow keys, Home and End move it. A finger or a
// mouse anywhere on the picture moves it too. Everything listens on the document, as HTMX puts the pair in later.

document.addEventListener("input", (event) => {
  if (event.target.matches("[data-slider]")) moved(event.target);
});

document.addEventListener("pointerdown", (event) => {
  const stage = event.target.closest("[data-as=slider] .stage");
  if (!stage || event.button !== 0) return;
  const slider = stage.querySelector("[data-slider]");
  stage.setPointerCapture(event.pointerId);
  const follow = (move) => place(stage, slider, move.clientX);
  stage.addEventListener("pointermove", follow);
  const end = () => stage.removeEventListener("pointermove", follow);
  for (const name of ["pointerup", "pointercancel"]) stage.addEventListener(name, end, { once: true });
  slider.focus({ preventScroll: true, focusVisible: false });
  event.preventDefault(); // else the picture itself would be dragged, and the focus lost again
  follow(event);
});

document.addEventListener("change", (event) => {
  const laid = event.target.closest(".laid");
  if (!laid) return;
  if (event.target.matches("[data-beside]")) laid.dataset.as = event.target.checked ? "beside" : "slider";
  if (event.target.dataset.layer === "map") laid.classList.toggle("with-map", event.target.checked);
  if (event.target.dataset.layer === "rings") laid.classList.toggle("no-rings", !event.target.checked);
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id !== "compared") return;
  event.target.removeAttribute("aria-busy");
  document.getElementById("compared-said").textContent = document.getElementById("pair").dataset.said;
});

for (const failure of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(failure, (event) => failed(event.detail.xhr));
}

function place(stage, slider, x) {
  const box = stage.getBoundingClientRect();
  const share = Math.min(1, Math.max(0, (x - box.left) / box.width));
  slider.value = Math.round(100 * share);
  moved(slider);
}

function moved(slider) {
  slider.closest(".stage").style.setProperty("--at", `${slider.value}%`);
  slider.setAttribute("aria-valuetext", told(Number(slider.value)));
}

function told(earlier) {
  if (earlier === 0) return "the later photo alone";
  if (earlier === 100) return "the earlier photo alone";
  return earlier === 50 ? "half earlier, half later" : `${earlier} % earlier, ${100 - earlier} % later`;
}

function failed(request) {
  const place = document.getElementById("compared-failed");
  if (!place) return;
  let message = "The server does not answer. Is it still running?";
  try {
    message = JSON.parse(request.responseText).error.message;
  } catch {
    // It was no answer of ours: the sentence above is said.
  }
  place.textContent = `The photos could not be compared: ${message}`;
  place.hidden = false;
  document.getElementById("compared").replaceChildren();
}
