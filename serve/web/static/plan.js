// Who answers a caution is recorded with the answer: an answer that is left as it was stays with whoever gave it.
document.addEventListener("change", (event) => {
  const by = event.target.dataset.answeredBy;
  if (by === undefined) return;
  const field = event.target.closest("[data-item]").querySelector("[name=by]");
  field.dataset.was ??= field.value;
  field.value = event.target.value ? by : "";
});

// A form that is reset leaves its hidden fields as they are.
document.addEventListener("reset", (event) => {
  for (const field of event.target.querySelectorAll("[name=by][data-was]")) field.value = field.dataset.was;
});
