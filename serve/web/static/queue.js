// Sends photos to a visit, two at a time. A photo keeps its Idempotency-Key, so that one that is sent again is never
// stored twice. A job is {file, view, region, camera, replaces}; `changed(job)` is called whenever its `state` does:
// waiting, sending (with `share`, 0 to 1), scoring, done (with `photo`), failed (with `why`), cancelled. `to` is the
// visit's id, or says to which address a job is sent.

import { SIGNED_OUT } from "/static/forms.js";

const AT_ONCE = 2;
const BUSY_AGAIN = [2, 5, 10, 20]; // seconds to wait where the server says that it is busy

export function makeQueue(to, changed) {
  const waiting = [];
  let under_way = 0;

  function set(job, state, more = {}) {
    Object.assign(job, { state, why: "" }, more);
    changed(job);
  }

  function add(job) {
    job.key ??= randomKey();
    job.tries = 0;
    set(job, "waiting");
    waiting.push(job);
    next();
  }

  function next() {
    while (under_way < AT_ONCE && waiting.length) {
      under_way += 1;
      send(waiting.shift());
    }
  }

  function send(job) {
    const request = new XMLHttpRequest();
    job.request = request;
    set(job, "sending", { share: 0 });
    request.upload.onprogress = (event) => {
      if (event.lengthComputable && event.loaded < event.total) set(job, "sending", { share: event.loaded / event.total });
    };
    request.upload.onload = () => set(job, "scoring", { share: 1 });
    request.onload = () => answered(job, request);
    request.onerror = () => ended(job, "failed", { why: "The connection was lost. Nothing is lost here: try again." });
    request.onabort = () => ended(job, "cancelled");
    request.open("POST", typeof to === "function" ? to(job) : addressOf(to, job));
    request.setRequestHeader("Content-Type", job.file.type || "application/octet-stream");
    request.setRequestHeader("Idempotency-Key", job.key);
    request.send(job.file);
  }

  function answered(job, request) {
    const told = parsed(request.responseText);
    if (request.status === 201 || request.status === 200) ended(job, "done", { photo: told });
    else if (request.status === 503 && job.tries < BUSY_AGAIN.length) wait(job);
    else ended(job, "failed", { why: why(request.status, told) });
  }

  // The server stored nothing and is busy: the place in the queue is given up meanwhile.
  function wait(job) {
    under_way -= 1;
    set(job, "waiting");
    job.timer = setTimeout(() => {
      waiting.push(job);
      next();
    }, 1000 * BUSY_AGAIN[job.tries++]);
    next();
  }

  function ended(job, state, more) {
    under_way -= 1;
    set(job, state, more);
    next();
  }

  function cancel(job) {
    const at = waiting.indexOf(job);
    clearTimeout(job.timer);
    if (at >= 0) waiting.splice(at, 1);
    if (job.state === "waiting") set(job, "cancelled");
    else job.request?.abort();
  }

  return { add, cancel };
}

function addressOf(visit, job) {
  const query = new URLSearchParams();
  for (const name of ["view", "region", "camera"]) if (job[name]) query.set(name, job[name]);
  return `/api/v1/visits/${visit}/photos?${query}`;
}

function why(status, told) {
  if (status === 401) return SIGNED_OUT;
  return told?.error?.message ?? `The server answered ${status}. Try again.`;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

// randomUUID exists only where the page came by TLS or from this machine.
function randomKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
