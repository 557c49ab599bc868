// What the settings' pages need besides forms.js: copying a secret, and saying that something was saved.
//
// data-copies   on a button: the id of the element whose text is copied

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copies]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copies);
  if (await copied(source.textContent.trim())) {
    say("Copied.");
    button.textContent = "Copied";
  } else {
    getSelection().selectAllChildren(source); // to be copied by hand
    say("Marked: copy it by hand.");
  }
});

// The clipboard exists only where the page came by TLS or from this machine.
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

function say(text) {
  document.getElementById("said").textContent = text;
}

const saved = document.getElementById("saved");
if (saved && location.search === "?saved") {
  saved.hidden = false;
  history.replaceState(null, "", location.pathname);
}
