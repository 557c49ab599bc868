// <button data-full="id"> shows that element on the whole screen, and again leaves it; Escape leaves it too. Where a
// browser cannot, the button is taken away.

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-full]");
  if (!button) return;
  if (document.fullscreenElement) document.exitFullscreen();
  else document.getElementById(button.dataset.full).requestFullscreen?.().catch(() => button.remove());
});
