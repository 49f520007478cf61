import { useId, useState } from 'react';
import { chooseTheme, chosenTheme } from '../appearance/theme.ts';
import styles from './theme-switch.module.css';

const themes = [
  { value: 'system', name: 'System' },
  { value: 'light', name: 'Light' },
  { value: 'dark', name: 'Dark' },
] as const;

/** Which theme everything is shown in. */
export function ThemeSwitch() {
  const [theme, setTheme] = useState(chosenTheme);
  const group = useId();
  return (
    <fieldset className={styles.themes}>
      <legend>Appearance</legend>
      <div className={styles.row}>
        {themes.map(({ value, name }) => (
          <label key={value}>
            <input
              type="radio"
              name={group}
              checked={theme === value}
              onChange={() => {
                chooseTheme(value);
                setTheme(value);
              }}
            />
            {name}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
