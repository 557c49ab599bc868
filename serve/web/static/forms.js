// Sends the forms of the first pages to the API as JSON, and shows what it answers.

for (const form of document.querySelectorAll("form[data-send]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form);
  });
}

async function send(form) {
  const again = form.querySelector("[data-again]");
  if (again && again.value !== form.elements[again.name][0].value) {
    complain(form, "The two passwords differ.");
    return;
  }
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    const answer = await fetch(form.dataset.send, {
      method: form.dataset.method || "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(values(form)),
    });
    const told = answer.status === 204 ? {} : await answer.json();
    if (answer.ok) proceed(form, told);
    else complain(form, told.error.message);
  } catch {
    complain(form, "The server does not answer. Is it still running?");
  } finally {
    button.disabled = false;
  }
}

function values(form) {
  const filled = [...form.querySelectorAll("input[name]:not([data-again])")];
  return Object.fromEntries(filled.map((input) => [input.name, input.value]));
}

function proceed(form, told) {
  if (!form.dataset.show) {
    location.assign(form.dataset.then);
    return;
  }
  const shown = document.getElementById(form.dataset.show);
  for (const field of shown.querySelectorAll("[data-field]")) field.textContent = told[field.dataset.field];
  form.closest("section").hidden = true;
  shown.hidden = false;
  shown.focus();
}

function complain(form, message) {
  const place = form.querySelector(".problem");
  place.textContent = message;
  place.hidden = false;
}
