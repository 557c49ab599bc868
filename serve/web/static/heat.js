// The heat maps of a visit's photos, on and off: each by its button, all by one button or by the key H while the photos
// have the focus. A map is fetched when it is first wanted.

const photos = document.getElementById("photos");

photos?.addEventListener("click", (event) => {
  const one = event.target.closest("[data-heat]");
  if (one) show(one, one.getAttribute("aria-pressed") !== "true");
  if (event.target.closest("#heat")) toggleAll();
});

photos?.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "h" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, select, textarea")) return;
  event.preventDefault();
  toggleAll();
});

function toggleAll() {
  const all = document.getElementById("heat");
  const on = all.getAttribute("aria-pressed") !== "true";
  all.setAttribute("aria-pressed", on);
  const buttons = [...photos.querySelectorAll("[data-heat]")];
  for (const button of buttons) show(button, on);
  say(buttons.length ? `Heat maps ${on ? "on" : "off"}` : "No photo of this visit has a heat map");
}

function show(button, on) {
  const figure = button.closest("figure");
  const map = figure.querySelector(".heat");
  button.setAttribute("aria-pressed", on);
  if (!on) return swap(figure, false);
  if (map.complete && map.naturalWidth) return swap(figure, true);
  figure.setAttribute("aria-busy", "true");
  map.onload = () => {
    figure.removeAttribute("aria-busy");
    swap(figure, button.getAttribute("aria-pressed") === "true");
  };
  map.onerror = () => {
    figure.removeAttribute("aria-busy");
    button.setAttribute("aria-pressed", false);
    map.removeAttribute("src");
    say("The heat map could not be drawn. Try again.");
  };
  map.src = map.dataset.src;
}

function swap(figure, on) {
  figure.querySelector(".heat").hidden = !on;
  figure.querySelector(".plain").hidden = on;
}

function say(text) {
  document.getElementById("live").textContent = text;
}

// What came after the page is told, too.
document.addEventListener("htmx:afterSwap", (event) => {
  const severity = event.detail.target.id === "numbers" && document.getElementById("severity");
  if (severity) say(`Severity of this visit: ${severity.textContent} of 100`);
});
