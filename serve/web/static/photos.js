// The page of a visit's photos: files come in by choosing, dropping or the camera, and each says how it turned out.

import { hasCamera, makeCamera } from "/static/camera.js";
import { takesDrops } from "/static/drop.js";
import { makeQueue } from "/static/queue.js";
import { makeTile, say } from "/static/tile.js";

const byId = (id) => document.getElementById(id);
const CAMERA = "scarscore camera"; // this device's camera by the clinic's name, kept in this browser
const jobs = new Set(); // those that are not done
const camera_name = byId("camera-name");
let again = null; // the photo that the next one takes the place of

const queue = makeQueue(byId("add").dataset.visit, changed);
const camera = makeCamera(
  (file, view, region) => {
    add([file], view, region);
    if (again) byId("camera").close();
    again = null;
  },
  () => byId(again ? "again-file" : "files").click(),
);

function add(files, view = chosenView(), region = chosenRegion(view)) {
  for (const file of files) {
    const job = { file, view, region, camera: camera_name.value.trim(), replaces: again?.photo ?? null };
    job.tile = makeTile(job, { cancel: queue.cancel, retry, remove });
    jobs.add(job);
    queue.add(job);
  }
  localStorage.setItem(CAMERA, camera_name.value.trim());
  summary();
}

function changed(job) {
  job.why = named(job.why);
  job.tile?.show(job);
  if (job.state === "done") done(job);
  summary();
}

// The server names a photo by its id; here it is called as it is shown.
function named(why) {
  const [, told, photo] = /^(th.+ has the photo already): (\S+)$/i.exec(why) ?? [];
  if (!told) return why;
  const shot = byId(`shot-${photo}`); // not there where it is another visit's, or where both came in one go
  return shot ? `${told}: ${shot.querySelector("img").alt}.` : `${told}.`;
}

async function done(job) {
  jobs.delete(job);
  const tile = job.tile.element;
  const had_focus = tile.contains(document.activeElement);
  await window.htmx.ajax("GET", `/photos/${job.photo.id}/shot`, { target: tile, swap: "outerHTML" });
  const shown = byId(`shot-${job.photo.id}`);
  if (had_focus) shown?.querySelector("a").focus();
  say(shown?.dataset.told ?? "");
  if (job.replaces) await drop(job.replaces, shown);
}

// The photo that was taken again is erased only once the new one is stored.
async function drop(replaced, shown) {
  const answer = await fetch(`/api/v1/photos/${replaced}`, { method: "DELETE" });
  const old = byId(`shot-${replaced}`);
  const had_focus = old?.contains(document.activeElement);
  if (answer.ok || answer.status === 404) old?.replaceWith(shown);
  else say("The new photo is stored; the old one could not be erased. Erase it by its own button.");
  if (had_focus) shown.querySelector("[data-again-of]").focus();
}

function retry(job) {
  jobs.add(job);
  queue.add(job);
}

function remove(job) {
  jobs.delete(job);
  job.tile.element.remove();
  byId("choose").focus();
  summary();
}

function summary() {
  const under_way = [...jobs].filter((job) => !["failed", "cancelled"].includes(job.state)).length;
  const failed = jobs.size - under_way;
  const texts = [under_way && `${under_way} under way`, failed && `${failed} not stored`].filter(Boolean);
  byId("progress").textContent = texts.join(", ");
  byId("none").hidden = byId("shots").children.length > 0;
  missing();
}

// Which views of the start this visit has no photo of yet that could be judged.
function missing() {
  const there = new Set([...document.querySelectorAll(".shot[data-photo]")].filter((shot) => !shot.dataset.refused)
    .map((shot) => `${shot.dataset.view} ${shot.dataset.region}`));
  const lacking = [...byId("starts").children].filter((each) => !there.has(`${each.dataset.view} ${each.dataset.region}`));
  byId("missing").textContent = `Photographed at the start, and not here yet: ${lacking.map((each) => each.dataset.title).join(", ")}.`;
  byId("missing").hidden = !lacking.length;
}

function chosenView() {
  return again ? again.view : document.querySelector("input[name=view]:checked").value;
}

function chosenRegion(view) {
  if (view !== "closeup") return "";
  return again ? again.region : byId("region").value;
}

function takeAgain(button) {
  const shot = byId(`shot-${button.dataset.againOf}`);
  again = { photo: shot.dataset.photo, view: shot.dataset.view, region: shot.dataset.region };
  if (byId("open-camera").hidden) byId("again-file").click();
  else camera.open(again.view, again.region);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-again-of]");
  if (button) takeAgain(button);
});
byId("choose").addEventListener("click", () => pick("files"));
byId("device-camera").addEventListener("click", () => pick("shot-file"));
byId("open-camera").addEventListener("click", () => {
  again = null;
  camera.open(chosenView(), chosenRegion(chosenView()));
});

function pick(id) {
  again = null;
  byId(id).click();
}

for (const id of ["files", "shot-file", "again-file"]) {
  byId(id).addEventListener("change", (event) => {
    add(event.target.files);
    event.target.value = "";
    again = null;
  });
}

takesDrops(byId("drop"), (files) => {
  again = null;
  add(files);
});

document.addEventListener("change", (event) => {
  if (event.target.name === "view" && event.target.type === "radio") byId("region-of").hidden = chosenView() !== "closeup";
});

document.addEventListener("htmx:afterSwap", (event) => {
  const shot = event.detail.elt.closest?.(".shot");
  if (!shot) return;
  say(shot.dataset.told);
  missing();
});
document.addEventListener("refresh", (event) => {
  if (!event.target.matches("[data-gone]")) return;
  event.target.closest(".shot").remove();
  say("The photo was erased.");
  byId("choose").focus();
  summary();
});
addEventListener("beforeunload", (event) => {
  if (jobs.size) event.preventDefault();
});

missing();
camera_name.value = localStorage.getItem(CAMERA) ?? "";
hasCamera().then((there) => {
  byId("open-camera").hidden = !there;
});
