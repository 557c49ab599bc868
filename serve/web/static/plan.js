// Who answers a caution is recorded with the answer: an answer that is left as it was stays with whoever gave it.
document.addEventListener("change", (event) => {
  const by = event.target.dataset.answeredBy;
  if (by === undefined) return;
  event.target.closest("[data-item]").querySelector("[name=by]").value = event.target.value ? by : "";
});
