// Sends forms to the API as JSON, and shows what it answers.
//
// data-send     the address
// data-method   PUT, PATCH, DELETE; POST where it is not said. A PATCH sends only what was changed in the form
// data-then     where to go afterwards; {field} in it is taken from the answer
// data-refresh  or the parts of the page that HTMX takes again (a selector; they listen for "refresh")
// data-show     or the section that shows the answer, in its [data-field]s, in the place of the form's own
// data-ask      a question that must be answered with yes first
//
// A field's name may lead inwards (timing.preferred). It is sent as the text that stands in it, unless it has one of these:
//
// data-as       number; numbers (between commas); list (of lines); yes (true where it says so); each (on the checkboxes of
//               one name: a list of the values of those that are checked)
// data-empty    what an empty field is sent as: null, or "left out"
// data-again    a password that is typed again: compared with the first of its name, and not sent
// data-list     on an element: its [data-item]s are sent as a list of objects under that name, without those whose
//               [data-key] is empty
//
// On buttons: data-opens (the id of a dialog), data-closes (the dialog that it is in), data-prints (the page).

export const SIGNED_OUT = "You were signed out. Sign in again in another tab, then try again here: nothing is lost.";

const FIELDS = "input[name], select[name], textarea[name]";

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.dataset.send) return;
  event.preventDefault();
  send(form, event.submitter);
});

async function send(form, button) {
  const again = form.querySelector("[data-again]");
  if (again && again.value !== form.elements[again.name][0].value) {
    complain(form, "The two passwords differ.");
    return;
  }
  const body = form.dataset.method === "PATCH" ? changes(form) : values(form);
  if (form.dataset.method === "PATCH" && !Object.keys(body).length) {
    complain(form, "Nothing was changed.");
    return;
  }
  if (form.dataset.ask && !(await confirmed(form.dataset.ask, button?.textContent.trim()))) return;
  if (button) button.disabled = true;
  form.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(...asked(form, body));
    const told = answer.status === 204 ? {} : await answer.json();
    if (answer.ok) proceed(form, told);
    else complain(form, answer.status === 401 && !asksWho(form) ? SIGNED_OUT : told.error.message);
  } catch {
    complain(form, "The server does not answer. Is it still running?");
  } finally {
    if (button) button.disabled = false;
    if (button?.isConnected && document.activeElement === document.body) button.focus(); // a disabled one loses it
    form.removeAttribute("aria-busy");
  }
}

// Where somebody says who they are, 401 means that the password is wrong.
function asksWho(form) {
  return form.querySelector("[autocomplete=current-password]") !== null;
}

function asked(form, body) {
  const address = form.dataset.send;
  const method = form.dataset.method || "POST";
  if (method === "DELETE") return [address, { method }];
  return [address, { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }];
}

// A page may have stood open for long: what somebody else changed meanwhile is not put back. Fields that lead into one
// object, or stand in one list, are one value.
function changes(form) {
  const changed = [...form.querySelectorAll(FIELDS)].filter(isChanged);
  const names = new Set(changed.map((field) => field.closest("[data-list]")?.dataset.list ?? field.name.split(".")[0]));
  return Object.fromEntries(Object.entries(values(form)).filter(([name]) => names.has(name)));
}

// A select none of whose options was chosen by the page counts as changed: what stands first in it was agreed to.
function isChanged(field) {
  if (field.matches("select")) return [...field.options].some((option) => option.selected !== option.defaultSelected);
  if (field.matches("[type=checkbox], [type=radio]")) return field.checked !== field.defaultChecked;
  return field.value !== field.defaultValue;
}

function values(form) {
  const sent = collected(form, (field) => !field.closest("[data-item]"));
  for (const list of form.querySelectorAll("[data-list]")) {
    const items = [...list.querySelectorAll("[data-item]")].filter((item) => item.querySelector("[data-key]")?.value !== "");
    sent[list.dataset.list] = items.map((item) => collected(item, () => true));
  }
  return sent;
}

function collected(within, wanted) {
  const sent = {};
  for (const field of within.querySelectorAll(FIELDS)) {
    if (field.matches("[data-again], :disabled, [type=radio]:not(:checked)") || !wanted(field)) continue;
    if (field.dataset.as === "each") {
      (sent[field.name] ??= []).push(...(field.checked ? [field.value] : []));
      continue;
    }
    const value = valueOf(field);
    if (value !== undefined) place(sent, field.name.split("."), value);
  }
  return sent;
}

function valueOf(field) {
  if (field.dataset.as === "numbers") return field.value.split(/[\s,;]+/).filter(Boolean).map(Number);
  if (field.dataset.as === "list") return field.value.split("\n").map((line) => line.trim()).filter(Boolean);
  if (field.value === "" && field.dataset.empty) return field.dataset.empty === "null" ? null : undefined;
  if (field.dataset.as === "yes") return field.value === "yes";
  return field.dataset.as === "number" ? Number(field.value) : field.value;
}

function place(sent, path, value) {
  const last = path.pop();
  let at = sent;
  for (const step of path) at = at[step] ??= {};
  at[last] = value;
}

function proceed(form, told) {
  complain(form, "");
  if (form.dataset.show) show(form, told);
  else if (form.dataset.refresh) refresh(form.dataset.refresh, form);
  else if (form.dataset.then) location.assign(form.dataset.then.replace(/\{(\w+)\}/g, (_, name) => told[name]));
}

function show(form, told) {
  const shown = document.getElementById(form.dataset.show);
  for (const field of shown.querySelectorAll("[data-field]")) field.textContent = told[field.dataset.field];
  form.closest("section").hidden = true;
  shown.hidden = false;
  shown.focus();
}

function refresh(selector, form) {
  form?.closest("dialog")?.close();
  form?.reset();
  for (const part of document.querySelectorAll(selector)) window.htmx.trigger(part, "refresh");
}

export function complain(form, message) {
  const place = form.querySelector(".problem");
  if (!place) return;
  place.textContent = message;
  place.hidden = !message;
}

// A question in a dialog of the page's own, since a browser's cannot be styled or read in the page's order.
function confirmed(question, yes = "Yes") {
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-labelledby", "question");
  const text = Object.assign(document.createElement("p"), { id: "question", textContent: question });
  const form = Object.assign(document.createElement("form"), { method: "dialog", className: "row" });
  const no = Object.assign(document.createElement("button"), { textContent: "Cancel", value: "", className: "quiet" });
  form.append(Object.assign(document.createElement("button"), { textContent: yes, value: "yes", className: "danger" }), no);
  dialog.append(text, form);
  document.body.append(dialog);
  dialog.showModal();
  no.focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens).showModal();
  event.target.closest("[data-closes]")?.closest("dialog").close();
  if (event.target.closest("[data-prints]")) window.print();
});

// What was given up is not there when the dialog opens again. "close" does not bubble, so it is caught on its way down.
document.addEventListener("close", (event) => {
  for (const form of event.target.querySelectorAll("form[data-send]")) {
    if (form.hasAttribute("aria-busy")) continue; // what is being sent stays, should it be refused
    form.reset();
    complain(form, "");
  }
}, true);
