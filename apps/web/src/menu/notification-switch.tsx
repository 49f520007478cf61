import { useState } from 'react';
import { Icon } from '../appearance/icon.tsx';
import { notificationSetting, setNotifications } from '../notifications/notify.ts';
import styles from './menu.module.css';

/** Desktop notifications, which the browser is asked for when somebody turns them on, and not before. */
export function NotificationSwitch() {
  const [setting, setSetting] = useState(notificationSetting);
  if (setting === 'unsupported') return null;
  return (
    <label className={styles.item}>
      <Icon name="bell" />
      {setting === 'blocked' ? 'Notifications are blocked' : 'Notifications'}
      <input
        type="checkbox"
        role="switch"
        aria-checked={setting === 'on'}
        className={styles.switch}
        checked={setting === 'on'}
        disabled={setting === 'blocked'}
        onChange={(event) => void setNotifications(event.target.checked).then(setSetting)}
      />
    </label>
  );
}
