// Takes in the zip of a patient: sent as a file, with how far it is; what was chosen stays where it is refused.

import { complain } from "/static/forms.js";

const form = document.getElementById("import-form");
const done = document.getElementById("imported");
const under_way = form.querySelector("[data-under-way]");
const state = form.querySelector("[data-state]");
const progress = form.querySelector("progress");
const button = form.querySelector("button");

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const file = form.elements.zip.files[0];
  if (file.size > Number(form.dataset.most)) complain(form, "This zip is too large for the browser: scarscore import takes it in, of any size.");
  else send(file);
});

function send(file) {
  const request = new XMLHttpRequest();
  const query = new URLSearchParams();
  if (form.elements.pseudonym.value.trim()) query.set("pseudonym", form.elements.pseudonym.value.trim());
  request.upload.onprogress = (event) => show("sending", event.loaded / event.total);
  request.upload.onload = () => show("proving every file and storing it");
  request.onload = () => answered(request);
  request.onerror = () => ended("The connection was lost. Try again: a patient is taken in wholly or not at all.");
  request.open("POST", `/api/v1/imports/patient?${query}`);
  request.setRequestHeader("Content-Type", "application/zip");
  complain(form, "");
  done.hidden = true;
  button.disabled = true;
  show("sending", 0);
  request.send(file);
}

function show(words, share) {
  under_way.hidden = false;
  state.textContent = words;
  if (share === undefined) progress.removeAttribute("value");
  else progress.value = share;
}

function answered(request) {
  let told = null;
  try {
    told = JSON.parse(request.responseText);
  } catch {
    // a proxy's own page: the status says it all
  }
  if (request.status !== 201) return ended(told?.error?.message ?? `The server answered ${request.status}. Try again.`);
  ended("");
  form.reset();
  const link = done.querySelector("a");
  link.href = `/patients/${told.id}`;
  link.textContent = told.pseudonym;
  done.hidden = false;
  done.focus();
}

function ended(why) {
  under_way.hidden = true;
  button.disabled = false;
  complain(form, why);
}
