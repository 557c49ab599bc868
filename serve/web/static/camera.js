// The camera in the page, with the start's photo of the same view laid faintly over the live picture.
// `makeCamera(taken, instead)` gives {open(view, region)}; `taken(file, view)` is called with each photo, `instead()`
// where somebody would rather choose a file.

const byId = (id) => document.getElementById(id);

export async function hasCamera() {
  if (!navigator.mediaDevices?.getUserMedia) return false;
  try {
    return (await navigator.mediaDevices.enumerateDevices()).some((device) => device.kind === "videoinput");
  } catch {
    return false;
  }
}

export function makeCamera(taken, instead) {
  const dialog = byId("camera");
  const video = byId("video");
  let stream = null;
  let facing = "environment";
  let region = "";
  let number = 0;

  byId("shutter").addEventListener("click", shoot);
  byId("turn-camera").addEventListener("click", () => {
    facing = facing === "environment" ? "user" : "environment";
    start();
  });
  byId("instead").addEventListener("click", () => {
    dialog.close();
    instead();
  });
  byId("camera-view").addEventListener("change", () => {
    region = "";
    ghost();
  });
  byId("ghost-strength").addEventListener("input", strength);
  dialog.addEventListener("close", stop);

  function open(view, wanted = "") {
    region = wanted;
    number = 0;
    byId("camera-view").value = view || "front";
    byId("camera-told").textContent = "";
    dialog.showModal();
    ghost();
    start();
  }

  async function start() {
    stop();
    problem("");
    try {
      const wanted = { facingMode: facing, width: { ideal: 4096 }, height: { ideal: 3072 } };
      stream = await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
      video.srcObject = stream;
      byId("shutter").disabled = false;
    } catch (error) {
      const denied = error.name === "NotAllowedError";
      problem(denied ? "The browser may not use the camera. Allow it, or choose a file." : "No camera answers. Choose a file.");
    }
  }

  function stop() {
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = video.srcObject = null;
    byId("shutter").disabled = true;
  }

  async function shoot() {
    const photo = await still(stream, video);
    const view = byId("camera-view").value;
    number += 1;
    byId("camera-told").textContent = `Photo ${number} taken; it is being sent.`;
    taken(new File([photo], `camera ${number}.jpg`, { type: photo.type || "image/jpeg" }), view, region);
  }

  function ghost() {
    const view = byId("camera-view").value;
    const of_view = [...byId("starts").children].filter((each) => each.dataset.view === view);
    const found = of_view.find((each) => each.dataset.region === region) ?? of_view[0];
    const picture = byId("ghost");
    picture.hidden = !found;
    if (found) picture.src = found.dataset.picture;
    else picture.removeAttribute("src");
    byId("ghost-strength").disabled = !found;
    byId("ghost-told").textContent = found
      ? `of ${found.dataset.day}: match distance, turn and light`
      : "no photo of this view at the start";
    strength();
  }

  function strength() {
    byId("ghost").style.opacity = Number(byId("ghost-strength").value) / 100;
  }

  function problem(text) {
    byId("camera-problem").textContent = text;
    byId("camera-problem").hidden = !text;
  }

  return { open };
}

// A photo at the camera's full size where the browser can take one, else the picture of the video.
async function still(stream, video) {
  if (window.ImageCapture) {
    try {
      return await new ImageCapture(stream.getVideoTracks()[0]).takePhoto();
    } catch {
      // this camera gives only its video
    }
  }
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext("2d").drawImage(video, 0, 0);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.95));
}
