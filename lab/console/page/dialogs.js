const dialog = document.getElementById('dialog');

function show(content, buttons) {
  const form = document.createElement('form');
  form.method = 'dialog';
  for (const [value, label, isPrimary] of buttons) {
    const button = document.createElement('button');
    button.value = value;
    button.textContent = label;
    if (isPrimary) button.className = 'btn-primary';
    form.append(button);
  }
  dialog.replaceChildren(content, form);
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener('close', () => resolve(dialog.returnValue), { once: true }));
}

/** Asks before an action is taken. */
export async function confirmed(message) {
  const text = document.createElement('p');
  text.textContent = message;
  return (
    (await show(text, [
      ['no', 'Cancel', false],
      ['yes', 'Yes', true],
    ])) === 'yes'
  );
}

/** Shows an action's result beside the widget. */
export function popUp(fragment) {
  const content = document.createElement('div');
  content.append(fragment);
  return show(content, [['close', 'Close', false]]);
}
