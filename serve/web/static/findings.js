// Enters findings one by one: the API takes one at a time, and what one of them is refused for must not lose the others.

document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-findings]");
  if (!form) return;
  event.preventDefault();
  enter(form, [...form.querySelectorAll("[data-item], [data-several]")].filter((field) => field.value !== ""));
});

// What the network proposed, entered as the practitioner's own.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-confirms]");
  if (!button) return;
  const field = document.getElementById(`item-${button.dataset.confirms}`);
  field.value = button.dataset.value;
  enter(field.form, [field]);
});

async function enter(form, fields) {
  const saved = form.querySelector("#saved");
  const button = form.querySelector("#save-findings");
  if (!fields.length) {
    saved.textContent = "Nothing was filled in.";
    return;
  }
  const focused = form.contains(document.activeElement) ? document.activeElement : button;
  button.disabled = true;
  let entered = 0;
  for (const field of fields) if (await send(form.dataset.findings, field)) entered += 1;
  button.disabled = false;
  const failed = fields.length - entered;
  const text = failed ? `${entered} entered, ${failed} not: see beside each.` : `${entered} entered.`;
  saved.textContent = text;
  if (failed) form.querySelector(".entry .problem:not([hidden])")?.parentElement.querySelector("[data-item]").focus();
  else refreshed(form, text, focused.id);
}

// What was open stays open, what was not sent stays filled in, and the focus stays where it was.
function refreshed(form, text, focused) {
  document.getElementById("live").textContent = `${text} The scales are computed anew.`;
  const open = [...document.querySelectorAll("#scales details")].map((each) => each.open);
  const kept = [...form.querySelectorAll("[data-item]")].filter((field) => field.value !== "");
  const values = new Map(kept.map((field) => [field.id, field.value]));
  document.body.addEventListener("htmx:afterSettle", () => {
    for (const [n, each] of [...document.querySelectorAll("#scales details")].entries()) each.open = open[n] ?? each.open;
    for (const [id, value] of values) document.getElementById(id).value = value;
    (document.getElementById(focused) ?? document.getElementById("save-findings")).focus();
  }, { once: true });
  for (const part of document.querySelectorAll(form.dataset.refreshes)) window.htmx.trigger(part, "refresh");
}

// A choice of a band is several findings; they are entered together or the field says why not.
async function send(address, field) {
  const share = field.hasAttribute("data-percent") ? 100 : 1;
  const findings = field.matches("[data-several]")
    ? Object.entries(JSON.parse(field.value))
    : [[field.dataset.item, Number(field.value) / share]];
  for (const [item, value] of findings) {
    const why = await refused(address, { item, value });
    problem(field, why);
    if (why) return false;
  }
  field.value = "";
  return true;
}

async function refused(address, body) {
  try {
    const headers = { "Content-Type": "application/json" };
    const answer = await fetch(address, { method: "POST", headers, body: JSON.stringify(body) });
    return answer.ok ? "" : (await answer.json()).error.message;
  } catch {
    return "The server does not answer. Nothing was entered here: try again.";
  }
}

function problem(field, why) {
  const place = field.closest(".entry")?.querySelector(".problem") ?? field.form.querySelector(".problem");
  place.textContent = why;
  place.hidden = !why;
}
