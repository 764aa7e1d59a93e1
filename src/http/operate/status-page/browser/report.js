// Copies a report for an issue; where the browser does not let it, shows the report to be copied by hand.

const button = /** @type {HTMLButtonElement} */ (document.getElementById('copy-report'));
const dialog = /** @type {HTMLDialogElement} */ (document.getElementById('report-dialog'));
const field = /** @type {HTMLTextAreaElement} */ (document.getElementById('report-text'));
const base = location.pathname.replace(/\/?$/, '/');
const label = button.textContent;

/** @param {string} text */
function tell(text) {
  button.textContent = text;
  setTimeout(() => {
    button.textContent = label;
  }, 2000);
}

async function copy() {
  const reply = await fetch(`${base}status/report`).catch(() => null);
  if (!reply?.ok) return tell('No answer');
  const report = await reply.text();
  try {
    await navigator.clipboard.writeText(report);
    tell('Copied');
  } catch {
    // Only pages of this machine or over TLS may write to the clipboard.
    field.value = report;
    dialog.showModal();
    field.select();
  }
}

button.addEventListener('click', copy);
