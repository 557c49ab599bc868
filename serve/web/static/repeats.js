// Repeated shots of several people: scored one by one, never stored, and computed from as soon as all have an answer.

import { takesDrops } from "/static/drop.js";
import { makeQueue } from "/static/queue.js";

const byId = (id) => document.getElementById(id);
const CAMERA = "scarscore camera"; // this device's camera by the clinic's name, as where a visit's photos come in
const jobs = new Set();
let asked = 0; // how often was computed, so that an old answer never overtakes a new one

const queue = makeQueue((job) => `/api/v1/score?${new URLSearchParams({ view: job.view, camera: camera() })}`, changed);

function camera() {
  return byId("camera").value.trim();
}

function add(files, subject) {
  for (const file of files) {
    const job = { file, view: byId("view").value, subject: subject ?? subjectOf(file) };
    job.row = rowOf(job);
    jobs.add(job);
    queue.add(job);
  }
  localStorage.setItem(CAMERA, camera());
  byId("drop").scrollIntoView({ block: "nearest" });
}

// S01-1.jpg, S01 2.jpg, S01_front_2.jpg, S01 (2).jpg: whose photo it is stands before the first sign between.
function subjectOf(file) {
  const name = file.name.replace(/\.[^.]*$/, "");
  return (name.split(/[-_ (]/)[0] || name).slice(0, 80);
}

function nextSubject() {
  const taken = new Set([...jobs].map((job) => job.subject));
  for (let number = 1; ; number += 1) {
    const name = `S${String(number).padStart(2, "0")}`;
    if (!taken.has(name)) return name;
  }
}

function rowOf(job) {
  const row = byId("shot").content.firstElementChild.cloneNode(true);
  const field = row.querySelector("[data-subject]");
  field.value = job.subject;
  row.querySelector("[data-label]").textContent = `Whose photo ${job.file.name} is`;
  row.querySelector("[data-name]").textContent = job.file.name;
  row.querySelector("progress").setAttribute("aria-label", `Scoring ${job.file.name}`);
  field.addEventListener("change", () => {
    job.subject = field.value.trim() || job.subject;
    field.value = job.subject;
    compute();
  });
  const act = { retry: () => queue.add(job), remove: () => remove(job) };
  for (const [name, does] of Object.entries(act)) {
    const button = row.querySelector(`[data-${name}]`);
    button.setAttribute("aria-label", `${button.textContent}: ${job.file.name}`);
    button.addEventListener("click", does);
  }
  byId("shots").append(row);
  return row;
}

function changed(job) {
  const part = (name) => job.row.querySelector(`[data-${name}]`);
  const progress = job.row.querySelector("progress");
  const score = job.state === "done" ? job.photo.score : null;
  const share = Math.round(100 * (job.share ?? 0));
  const words = { waiting: "waiting", sending: `sending ${share} %`, scoring: "being scored", failed: "not scored" };
  part("state").textContent = score ? saidOf(score) : words[job.state] ?? "";
  progress.hidden = job.state === "failed" || Boolean(score);
  if (job.state === "scoring") progress.removeAttribute("value");
  else progress.value = job.share ?? 0;
  part("problem").textContent = job.why;
  part("problem").hidden = !job.why;
  part("retry").hidden = job.state !== "failed";
  if (score || job.state === "failed") compute();
  else count();
}

function saidOf(score) {
  return `severity ${score.severity.toFixed(1)} (a reading lies between ${score.severity_low.toFixed(0)} and ${score.severity_high.toFixed(0)} with 90 %)`;
}

function remove(job) {
  const next = (job.row.nextElementSibling ?? job.row.previousElementSibling)?.querySelector("[data-remove]");
  forget(job);
  (next ?? byId("choose-person")).focus();
  compute();
}

function forget(job) {
  jobs.delete(job);
  queue.cancel(job);
  job.row.remove();
}

function count() {
  const people = new Set([...jobs].map((job) => job.subject)).size;
  const waiting = [...jobs].filter((job) => !["done", "failed"].includes(job.state)).length;
  byId("chosen").hidden = jobs.size === 0;
  byId("count").textContent = `${jobs.size} photos of ${people} people${waiting ? `, ${waiting} under way` : ""}`;
  byId("view").disabled = jobs.size > 0;
  byId("view").title = jobs.size ? "Begin again to choose another view" : "";
  return waiting;
}

// A photo that is chosen twice would repeat perfectly.
function counted() {
  const seen = new Map();
  for (const job of jobs) {
    if (job.state !== "done") continue;
    const copy = seen.get(job.photo.score.photo_sha256);
    const line = job.row.querySelector("[data-problem]");
    line.textContent = copy ? `The same file as ${copy.file.name}: it does not count.` : "";
    line.hidden = !copy;
    seen.set(job.photo.score.photo_sha256, copy ?? job);
  }
  return [...jobs].filter((job) => job.state === "done" && seen.get(job.photo.score.photo_sha256) === job);
}

async function compute() {
  const mine = ++asked;
  if (count()) return;
  const repeats = counted().map((job) => ({ subject: job.subject, severity: job.photo.score.severity }));
  if (!repeats.length) return tell("", "");
  const body = JSON.stringify({ view: byId("view").value, camera: camera(), repeats });
  const sent = { method: "POST", headers: { "Content-Type": "application/json" }, body };
  try {
    const answer = await fetch("/settings/repeatability/told", sent);
    const text = await answer.text();
    if (mine !== asked) return;
    if (answer.ok) tell(text, "");
    else tell("", JSON.parse(text).error.message);
  } catch {
    if (mine === asked) tell("", "The server does not answer. Is it still running? Nothing is lost here: change anything to try again.");
  }
}

function tell(html, problem) {
  byId("told").innerHTML = html; // made by the server, which escapes what was typed
  byId("failed").textContent = problem;
  byId("failed").hidden = !problem;
  const told = byId("sdc95")?.textContent;
  const failed = [...jobs].filter((job) => job.state === "failed").length;
  const said = [failed && `${failed} not scored: see why beside it.`, told && `Computed: the smallest detectable change is ${told} points.`];
  byId("live").textContent = said.filter(Boolean).join(" ");
}

takesDrops(byId("drop"), (files) => add(files));

for (const [name, subject] of [["person", nextSubject], ["named", () => undefined]]) {
  const files = byId(`${name}-files`);
  byId(`choose-${name}`).addEventListener("click", () => files.click());
  files.addEventListener("change", () => {
    add(files.files, subject());
    files.value = "";
  });
}
byId("camera").addEventListener("change", compute);
byId("clear").addEventListener("click", () => {
  for (const job of [...jobs]) forget(job);
  byId("choose-person").focus();
  compute();
});
byId("camera").value = localStorage.getItem(CAMERA) ?? "";
