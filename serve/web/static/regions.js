// Only a close-up is of one region: with another view in [data-views], the form's [data-regions] is emptied and hidden.

document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-views]")) return;
  const regions = event.target.form.querySelector("[data-regions]");
  regions.closest("label").hidden = event.target.value !== "closeup";
  if (event.target.value !== "closeup") regions.value = "";
});
