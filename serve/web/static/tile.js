// A photo that is under way, as it is shown until the server's own part takes its place.

const WORDS = { waiting: "waiting", sending: "sending", scoring: "scoring", cancelled: "cancelled", failed: "not stored" };

// `acts` are cancel(job), retry(job) and remove(job).
export function makeTile(job, acts) {
  const element = document.getElementById("sending").content.firstElementChild.cloneNode(true);
  const part = (name) => element.querySelector(`[data-${name}]`);
  const progress = element.querySelector("progress");
  part("name").textContent = job.file.name;
  progress.setAttribute("aria-label", `Sending ${job.file.name}`);
  preview(part("thumbnail"), job.file);
  for (const name of ["cancel", "retry", "remove"]) {
    const button = part(name);
    button.setAttribute("aria-label", `${button.textContent}: ${job.file.name}`);
    button.addEventListener("click", () => acts[name](job));
  }
  const replaced = job.replaces && document.getElementById(`shot-${job.replaces}`);
  if (replaced) replaced.before(element);
  else document.getElementById("shots").append(element);

  function show(now) {
    const stopped = now.state === "failed" || now.state === "cancelled";
    const share = now.state === "sending" ? ` ${Math.round(100 * (now.share ?? 0))} %` : "";
    part("state").textContent = `${WORDS[now.state] ?? ""}${share}`;
    if (now.state === "scoring") progress.removeAttribute("value");
    else progress.value = now.share ?? 0;
    progress.hidden = stopped;
    part("problem").textContent = now.why;
    part("problem").hidden = !now.why;
    part("cancel").hidden = stopped || now.state === "done";
    part("retry").hidden = part("remove").hidden = !stopped;
    element.classList.toggle("stopped", stopped);
    if (stopped && document.activeElement === document.body) part("retry").focus();
    if (now.state === "scoring") say(`${now.file.name} is stored once it is scored.`);
  }
  return { element, show };
}

export function say(text) {
  document.getElementById("live").textContent = text;
}

// Not every browser shows every format that the server reads.
function preview(image, file) {
  const address = URL.createObjectURL(file);
  image.src = address;
  image.addEventListener("load", () => URL.revokeObjectURL(address), { once: true });
  image.addEventListener("error", () => image.removeAttribute("src"), { once: true });
}
