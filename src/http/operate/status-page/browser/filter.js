// Finds a request among the last ones: hides the rows that do not hold what was typed.

const filter = /** @type {HTMLInputElement} */ (document.getElementById('filter'));
const found = /** @type {HTMLOutputElement} */ (document.getElementById('found'));

function apply() {
  const wanted = filter.value.trim().toLowerCase();
  const rows = [...document.querySelectorAll('[data-part="requests"] tr')];
  let shown = 0;
  for (const row of rows) {
    const holds = row.textContent?.toLowerCase().includes(wanted) ?? false;
    row.toggleAttribute('hidden', !holds);
    if (holds) shown++;
  }
  const words = wanted === '' ? '' : `${shown} of ${rows.length}`;
  if (found.textContent !== words) found.textContent = words;
}

filter.addEventListener('input', apply);
document.addEventListener('shown', apply);
