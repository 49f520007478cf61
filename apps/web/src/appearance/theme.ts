import { deviceStorage } from '../session/device-storage.ts';

export type Theme = 'system' | 'light' | 'dark';

/** What the browser's own bars are coloured like: `--panel`. */
const panels = { light: '#f6f6fa', dark: '#16171e' } as const;
const KEY = 'duet-theme';

/** The theme that was chosen, on this device. */
export function chosenTheme(): Theme {
  const theme = deviceStorage.getItem(KEY);
  return theme === 'light' || theme === 'dark' ? theme : 'system';
}

/** Shows everything in a theme, and remembers it. */
export function chooseTheme(theme: Theme): void {
  if (theme === 'system') deviceStorage.removeItem(KEY);
  else deviceStorage.setItem(KEY, theme);
  showTheme();
}

/** Shows the chosen theme, here and when another tab chooses one. */
export function followTheme(): void {
  showTheme();
  addEventListener('storage', ({ key }) => {
    if (key === KEY) showTheme();
  });
}

function showTheme(): void {
  const theme = chosenTheme();
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
  for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')) {
    const own = meta.media.includes('dark') ? 'dark' : 'light';
    meta.content = panels[theme === 'system' ? own : theme];
  }
}
