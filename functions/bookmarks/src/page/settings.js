// What a person has chosen for the page, in this browser.

/** A browser may refuse to keep anything, which is no reason not to work. */
const kept = {
  get(name) {
    try {
      return localStorage.getItem(name);
    } catch {
      return null;
    }
  },
  set(name, value) {
    try {
      localStorage.setItem(name, value);
    } catch {
      // It is forgotten with the page.
    }
  },
};

const THEMES = ['auto', 'light', 'dark'];

/** Shows the page in light, in dark, or as the system is. */
function showTheme(theme) {
  const known = THEMES.includes(theme) ? theme : 'auto';
  document.documentElement.dataset.theme = known;
  byId('theme').value = known;
}

byId('theme').addEventListener('change', ({ target }) => {
  kept.set('theme', target.value);
  showTheme(target.value);
});
showTheme(kept.get('theme'));

/** Keys without modifiers disturb people who dictate, so they can be switched off (WCAG 2.2, 2.1.4). */
let hasKeys = kept.get('keys') !== 'off';
byId('has-keys').checked = hasKeys;
byId('has-keys').addEventListener('change', ({ target }) => {
  hasKeys = target.checked;
  kept.set('keys', hasKeys ? 'on' : 'off');
});
