import { Menu } from '@base-ui/react/menu';
import { useState } from 'react';
import button from '../appearance/button.module.css';
import { BellIcon, BookIcon, CheckIcon, MenuIcon, SignOutIcon } from '../appearance/icons.tsx';
import { chooseTheme, chosenTheme } from '../appearance/theme.ts';
import { notificationSetting, setNotifications } from '../notifications/notify.ts';
import { useAccount } from '../session/account.ts';
import styles from './main-menu.module.css';

const themes = [
  { value: 'system', name: 'As the system' },
  { value: 'light', name: 'Light' },
  { value: 'dark', name: 'Dark' },
] as const;

/** Appearance, notifications, the references, and the way out. It comes open, for it is loaded when somebody asks for it. */
export function MainMenu() {
  const { signOut, isGuest } = useAccount();
  const [theme, setTheme] = useState(chosenTheme);
  return (
    <Menu.Root defaultOpen modal={false}>
      <Menu.Trigger className={button.icon} aria-label="Menu">
        <MenuIcon />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner className={styles.positioner} align="end" sideOffset={4}>
          <Menu.Popup className={styles.popup}>
            <Menu.RadioGroup
              value={theme}
              onValueChange={(value: (typeof themes)[number]['value']) => {
                chooseTheme(value);
                setTheme(value);
              }}
            >
              <Menu.Group>
                <Menu.GroupLabel className={styles.label}>Appearance</Menu.GroupLabel>
                {themes.map(({ value, name }) => (
                  <Menu.RadioItem key={value} value={value} className={styles.item}>
                    <Menu.RadioItemIndicator className={styles.mark} keepMounted>
                      <CheckIcon />
                    </Menu.RadioItemIndicator>
                    {name}
                  </Menu.RadioItem>
                ))}
              </Menu.Group>
            </Menu.RadioGroup>
            <Menu.Separator className={styles.separator} />
            {!isGuest && <NotificationItem />}
            <Menu.LinkItem href="/docs/" className={styles.item}>
              <BookIcon /> API reference
            </Menu.LinkItem>
            <Menu.LinkItem href="/docs/socket/" className={styles.item}>
              <BookIcon /> Socket reference
            </Menu.LinkItem>
            {!isGuest && (
              <>
                <Menu.Separator className={styles.separator} />
                <Menu.Item className={styles.item} onClick={signOut}>
                  <SignOutIcon /> Sign out
                </Menu.Item>
              </>
            )}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

function NotificationItem() {
  const [setting, setSetting] = useState(notificationSetting);
  if (setting === 'unsupported') return null;
  return (
    <Menu.CheckboxItem
      className={styles.item}
      checked={setting === 'on'}
      disabled={setting === 'blocked'}
      onCheckedChange={(isOn) => void setNotifications(isOn).then(setSetting)}
    >
      <BellIcon /> Notifications
      <span className={styles.state}>{setting === 'blocked' ? 'blocked in the browser' : setting}</span>
    </Menu.CheckboxItem>
  );
}
